import { callingKeyOf } from "#server/protocol/key-rules";
import type { AnyContext } from "../context";
import type { CallingCluster } from "./cluster";
import { findByKey } from "./clusters.repo";

type Asked = Pick<AnyContext, "db" | "now" | "hub">;

/** The cluster that may call with this key now, whatever its state. */
export async function findCallingCluster({ db, now, hub }: Asked, jkt: string): Promise<CallingCluster | undefined> {
  const row = await findByKey(db, jkt);
  if (!row?.key || !row.jkt || !callingKeyOf(row, jkt, now(), hub.keyTiming)) return undefined;
  return { ...row, key: row.key, jkt: row.jkt, callsWith: jkt };
}
