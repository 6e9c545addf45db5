import type { Db } from "#server/db/connect";
import { lockChain } from "./audit.repo";

/** Nothing gets a place in the chain before the caller's transaction ends. */
export const holdChain = (db: Db): Promise<void> => lockChain(db);
