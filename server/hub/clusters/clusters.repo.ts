import { and, asc, eq, gt, inArray, isNotNull, or, sql } from "drizzle-orm";
import { clusters } from "#drizzle/hub/schema/clusters";
import { appVersions } from "#drizzle/hub/schema/market";
import type { Db } from "#server/db/connect";
import { forbiddenMove, mayBecome } from "#server/db/may-become";
import type { Heartbeat } from "#server/protocol/framework-api";
import type { FormerKey } from "#server/protocol/key-change";
import type { PublicKey } from "#server/protocol/keys";
import type { Cluster } from "./cluster";

type Invitation = Pick<Cluster, "name" | "title" | "joinTokenHash" | "joinTokenExpiresAt" | "invitedBy">;

/** A new name, or one that never enrolled, gets this token; undefined when a cluster of this name exists. */
export async function upsertInvitation(db: Db, values: Invitation): Promise<Cluster | undefined> {
  const { name: _name, ...fresh } = values;
  const [row] = await db
    .insert(clusters)
    .values(values)
    .onConflictDoUpdate({
      target: clusters.name,
      set: { ...fresh, fingerprintTries: 0 },
      setWhere: eq(clusters.state, "INVITED"),
    })
    .returning();
  return row;
}

type Enrolment = Pick<Cluster, "name" | "title" | "encryptionKey"> & { key: PublicKey; jkt: string; gateway: string };

/** One statement, so that of any number of racing enrolments one finds the token and the others do not. */
export async function takeJoinToken(
  db: Db,
  tokenHash: string,
  { name, ...values }: Enrolment,
  now: Date,
): Promise<Cluster | undefined> {
  const isFreeKey = sql`not exists (select 1 from ${clusters} as other where other.jkt = ${values.jkt})`;
  const [row] = await db
    .update(clusters)
    .set({ ...values, state: "PENDING", joinTokenHash: null, joinTokenExpiresAt: null })
    .where(
      and(
        eq(clusters.name, name),
        eq(clusters.state, "INVITED"),
        eq(clusters.joinTokenHash, tokenHash),
        gt(clusters.joinTokenExpiresAt, now),
        isFreeKey,
      ),
    )
    .returning();
  return row;
}

export async function findByName(db: Db, name: string): Promise<Cluster | undefined> {
  const [row] = await db.select().from(clusters).where(eq(clusters.name, name));
  return row;
}

export async function lockByName(db: Db, name: string): Promise<Cluster | undefined> {
  const [row] = await db.select().from(clusters).where(eq(clusters.name, name)).for("update");
  return row;
}

/** The key of a cluster, the one that it announced, or one that it had. */
const isAnyKey = (jkt: string) =>
  or(
    eq(clusters.jkt, jkt),
    sql`${clusters.keyChange}->>'jkt' = ${jkt}`,
    sql`${clusters.formerKeys} @> ${JSON.stringify([{ jkt }])}::jsonb`,
  );

export async function findByKey(db: Db, jkt: string): Promise<Cluster | undefined> {
  const rows = await db.select().from(clusters).where(isAnyKey(jkt));
  return rows.find((row) => row.jkt === jkt) ?? rows[0];
}

type Change = Partial<
  Pick<Cluster, "state" | "isApprovedByOperator" | "isApprovedByHub" | "fingerprintTries" | "suspendedReason">
>;

export async function updateCluster(db: Db, name: string, change: Change): Promise<void> {
  const rows = await db
    .update(clusters)
    .set(change)
    .where(and(eq(clusters.name, name), mayBecome("cluster", clusters.state, change.state)))
    .returning({ name: clusters.name });
  if (rows.length === 0) throw forbiddenMove("cluster", change.state);
}

export async function listSuspended(db: Db): Promise<string[]> {
  const rows = await db
    .select({ name: clusters.name })
    .from(clusters)
    .where(eq(clusters.state, "SUSPENDED"))
    .orderBy(asc(clusters.name));
  return rows.map(({ name }) => name);
}

/** Too many wrong fingerprints, or a key that is replaced: the key goes, and somebody must invite again. */
export async function voidEnrolment(db: Db, name: string, formerKeys?: FormerKey[]): Promise<void> {
  const kept = formerKeys ? { formerKeys } : {};
  const gone = { key: null, encryptionKey: null, jkt: null, gateway: null, heartbeat: null, heartbeatAt: null };
  await db
    .update(clusters)
    .set({
      ...gone,
      ...kept,
      keyChange: null,
      suspendedReason: null,
      state: "INVITED",
      isApprovedByOperator: false,
      isApprovedByHub: false,
      fingerprintTries: 0,
    })
    .where(eq(clusters.name, name));
}

/** Undefined when a newer heartbeat was written meanwhile. */
export async function writeHeartbeat(db: Db, name: string, heartbeat: Heartbeat, now: Date): Promise<boolean> {
  const isNewer = or(
    sql`${clusters.heartbeat} is null`,
    sql`((${clusters.heartbeat}->>'epoch')::bigint, (${clusters.heartbeat}->>'seq')::bigint) < (${heartbeat.epoch}::bigint, ${heartbeat.seq}::bigint)`,
  );
  const rows = await db
    .update(clusters)
    .set({ heartbeat, heartbeatAt: now, gateway: heartbeat.gateway, encryptionKey: heartbeat.encryptionKey ?? null })
    .where(and(eq(clusters.name, name), isNewer))
    .returning({ name: clusters.name });
  return rows.length === 1;
}

export async function listAll(db: Db): Promise<Cluster[]> {
  return db.select().from(clusters).orderBy(asc(clusters.name));
}

export async function listActive(db: Db): Promise<Cluster[]> {
  return db
    .select()
    .from(clusters)
    .where(and(inArray(clusters.state, ["ACTIVE"]), isNotNull(clusters.key), isNotNull(clusters.gateway)))
    .orderBy(asc(clusters.name));
}

/** How many apps each cluster offers. */
export async function countApps(db: Db): Promise<Map<string, number>> {
  const rows = await db
    .select({ cluster: appVersions.cluster, count: sql<number>`count(distinct ${appVersions.name})::int` })
    .from(appVersions)
    .where(sql`${appVersions.withdrawnAt} is null`)
    .groupBy(appVersions.cluster);
  return new Map(rows.map((row) => [row.cluster, row.count]));
}
