import type { Db } from "#server/db/connect";
import type { CallingCluster } from "./cluster";
import { findByKey } from "./clusters.repo";

/** The cluster of this key's thumbprint, whatever its state. */
export async function findCallingCluster(db: Db, jkt: string): Promise<CallingCluster | undefined> {
  const row = await findByKey(db, jkt);
  return row?.key && row.jkt ? { ...row, key: row.key, jkt: row.jkt } : undefined;
}
