import type { Db } from "#server/db/connect";
import { deleteExpired } from "./letters.repo";

export const sweepLetters = (db: Db, now: Date): Promise<void> => deleteExpired(db, now);
