import type { Db } from "#server/db/connect";
import type { Cluster } from "./cluster";
import { listActive } from "./clusters.repo";

export const listActiveClusters = (db: Db): Promise<Cluster[]> => listActive(db);
