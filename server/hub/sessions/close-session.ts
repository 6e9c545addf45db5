import type { Db } from "#server/db/connect";
import { hashOfSecret } from "../members/member";
import type { Session } from "./session";
import { revokeByHash } from "./sessions.repo";

/** Sign-out: the cookie is worth nothing from now on. */
export const closeSession = (db: Db, token: string, now: Date): Promise<Session | undefined> =>
  revokeByHash(db, hashOfSecret(token), now);
