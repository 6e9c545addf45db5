import type { Db } from "#server/db/connect";
import { type Head, selectHashes } from "./audit.repo";

/** What stands in our chain at these positions now; those that do not stand there are left out. */
export const listHashes = (db: Db, positions: number[]): Promise<Head[]> => selectHashes(db, positions);
