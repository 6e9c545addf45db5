import type { Db } from "#server/db/connect";
import { revokeAllOf } from "./api-tokens.repo";

/** No script of a member's opens anything any more; answers how many tokens ended. */
export const endTokensOf = (db: Db, memberId: string, now: Date): Promise<number> => revokeAllOf(db, memberId, now);
