import type { Db } from "#server/db/connect";
import { listSuspended } from "./clusters.repo";

/** Names of the members that may do nothing now. */
export const listSuspendedClusters = (db: Db): Promise<string[]> => listSuspended(db);
