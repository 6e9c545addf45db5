import { recordEntry } from "#server/audit/record-entry";
import type { Db } from "#server/db/connect";
import { findUser } from "../members/find-user";
import { hashOfSecret } from "../members/member";
import { absoluteMs } from "./session";
import { insertSession } from "./sessions.repo";

type Opening = { token: string; memberId: string; sealedTokens: string | null; userAgent: string | null };

/** A browser is signed in: only the hash of its cookie's opaque id is kept. */
export async function openSession(db: Db, opening: Opening, now: Date): Promise<Date> {
  const expiresAt = new Date(now.getTime() + absoluteMs);
  const values = {
    tokenHash: hashOfSecret(opening.token),
    memberId: opening.memberId,
    sealedTokens: opening.sealedTokens,
    userAgent: opening.userAgent?.slice(0, 300) ?? null,
    seenAt: now,
    expiresAt,
  };
  await db.transaction(async (tx) => {
    const id = await insertSession(tx, values);
    const user = await findUser(tx, opening.memberId);
    await recordEntry(tx, now, { actor: user?.account ?? opening.memberId, action: "session.open", subject: id });
  });
  return expiresAt;
}
