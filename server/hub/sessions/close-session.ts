import { recordEntry } from "#server/audit/record-entry";
import type { Db } from "#server/db/connect";
import { findUser } from "../members/find-user";
import { hashOfSecret } from "../members/member";
import type { Session } from "./session";
import { revokeByHash } from "./sessions.repo";

/** Sign-out: the cookie is worth nothing from now on. */
export const closeSession = (db: Db, token: string, now: Date): Promise<Session | undefined> =>
  db.transaction(async (tx) => {
    const closed = await revokeByHash(tx, hashOfSecret(token), now);
    if (!closed) return undefined;
    const actor = (await findUser(tx, closed.memberId))?.account ?? closed.memberId;
    await recordEntry(tx, now, { actor, action: "session.close", subject: closed.id });
    return closed;
  });
