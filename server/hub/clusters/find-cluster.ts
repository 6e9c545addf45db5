import type { Db } from "#server/db/connect";
import type { Cluster } from "./cluster";
import { findByName } from "./clusters.repo";

export const findCluster = (db: Db, name: string): Promise<Cluster | undefined> => findByName(db, name);
