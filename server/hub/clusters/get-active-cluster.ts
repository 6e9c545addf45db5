import type { Db } from "#server/db/connect";
import { KrdcError } from "#server/errors";
import type { Cluster, ReachableCluster } from "./cluster";
import { findByName } from "./clusters.repo";

async function getReachable(db: Db, name: string, states: readonly Cluster["state"][]): Promise<ReachableCluster> {
  const row = await findByName(db, name);
  const detail = { cluster: name };
  if (!row || row.state === "INVITED") throw new KrdcError("not_found", "cluster.not_found", { detail });
  const isWanted = states.includes(row.state);
  if (row.state === "SUSPENDED" && !isWanted) throw new KrdcError("forbidden", "cluster.suspended", { detail });
  if (!isWanted || !row.key || !row.jkt || !row.gateway) {
    throw new KrdcError("conflict", "cluster.not_active", { detail });
  }
  return { ...row, key: row.key, jkt: row.jkt, gateway: row.gateway };
}

/** The enrolled, approved cluster of this name with its address; every other one is refused with its reason. */
export const getActiveCluster = (db: Db, name: string): Promise<ReachableCluster> => getReachable(db, name, ["ACTIVE"]);

/** The same for what must reach a cluster also while it is suspended. */
export const getMemberCluster = (db: Db, name: string): Promise<ReachableCluster> =>
  getReachable(db, name, ["ACTIVE", "SUSPENDED"]);
