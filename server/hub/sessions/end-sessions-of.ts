import type { Db } from "#server/db/connect";
import { revokeAllOf } from "./sessions.repo";

/** Signs a member out of every browser, for good; answers of how many. */
export const endSessionsOf = (db: Db, memberId: string, now: Date): Promise<number> => revokeAllOf(db, memberId, now);
