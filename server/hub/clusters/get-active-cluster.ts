import type { Db } from "#server/db/connect";
import { KrdcError } from "#server/errors";
import type { ReachableCluster } from "./cluster";
import { findByName } from "./clusters.repo";

/** The enrolled, approved cluster of this name with its address; every other one is refused with its reason. */
export async function getActiveCluster(db: Db, name: string): Promise<ReachableCluster> {
  const row = await findByName(db, name);
  const detail = { cluster: name };
  if (!row || row.state === "INVITED") throw new KrdcError("not_found", "cluster.not_found", { detail });
  if (row.state === "SUSPENDED") throw new KrdcError("forbidden", "cluster.suspended", { detail });
  if (row.state !== "ACTIVE" || !row.key || !row.jkt || !row.gateway) {
    throw new KrdcError("conflict", "cluster.not_active", { detail });
  }
  return { ...row, key: row.key, jkt: row.jkt, gateway: row.gateway };
}
