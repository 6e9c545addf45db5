import type { Db } from "#server/db/connect";
import { findUser } from "../members/find-user";
import { hashOfSecret, type User } from "../members/member";
import { isAlive, isSeenDue, type Session } from "./session";
import { findByHash, markSeen } from "./sessions.repo";

/** Whose living session this cookie names; revoked, idle, old ones and disabled members are undefined. */
export async function findSessionUser(
  db: Db,
  token: string,
  now: Date,
): Promise<{ session: Session; user: User } | undefined> {
  if (token.length < 20 || token.length > 200) return undefined;
  const session = await findByHash(db, hashOfSecret(token));
  if (!session || !isAlive(session, now)) return undefined;
  const user = await findUser(db, session.memberId);
  if (!user) return undefined;
  if (isSeenDue(session, now)) await markSeen(db, session.id, now);
  return { session, user };
}
