import { and, eq, isNotNull, ne, or, sql } from "drizzle-orm";
import { clusters } from "#drizzle/hub/schema/clusters";
import type { Db } from "#server/db/connect";
import type { Cluster } from "../clusters/cluster";

const hubKeysLock = 82140119;

/** One change of the hub's key at a time, over all processes; held until the transaction ends. */
export async function lockHubKeys(db: Db): Promise<void> {
  await db.execute(sql`select pg_advisory_xact_lock(${hubKeysLock})`);
}

export type ClusterKeys = Pick<Cluster, "jkt" | "key" | "keyChange" | "formerKeys">;

export async function lockCluster(db: Db, name: string): Promise<Cluster | undefined> {
  const [row] = await db.select().from(clusters).where(eq(clusters.name, name)).for("update");
  return row;
}

export async function updateKeys(db: Db, name: string, keys: ClusterKeys): Promise<void> {
  const { jkt, key, keyChange, formerKeys } = keys;
  await db.update(clusters).set({ jkt, key, keyChange, formerKeys }).where(eq(clusters.name, name));
}

/** Whether another cluster has, had or announced this key. */
export async function isKnownKey(db: Db, jkt: string, except: string): Promise<boolean> {
  const announced = sql`${clusters.keyChange}->>'jkt' = ${jkt}`;
  const former = sql`${clusters.formerKeys} @> ${JSON.stringify([{ jkt }])}::jsonb`;
  const [row] = await db
    .select({ name: clusters.name })
    .from(clusters)
    .where(and(ne(clusters.name, except), or(eq(clusters.jkt, jkt), announced, former)))
    .limit(1);
  return row !== undefined;
}

/** Clusters with an announced change. */
export async function listChanging(db: Db): Promise<Cluster[]> {
  return db.select().from(clusters).where(isNotNull(clusters.keyChange));
}
