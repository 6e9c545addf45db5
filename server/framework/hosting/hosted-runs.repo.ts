import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, sql } from "drizzle-orm";
import { agreements, hostedRuns, redeemedGrants } from "#drizzle/framework/schema/hosting";
import type { Db } from "#server/db/connect";
import { forbiddenMove, mayBecome } from "#server/db/may-become";
import type { AgreementDocument } from "#server/protocol/agreement";
import type { HostedRun } from "./hosted-run";

export type HostedKey = Pick<HostedRun, "home" | "runKey" | "attempt">;

const is = (key: HostedKey) =>
  and(eq(hostedRuns.home, key.home), eq(hostedRuns.runKey, key.runKey), eq(hostedRuns.attempt, key.attempt));

export async function selectHostedRun(db: Db, key: HostedKey): Promise<HostedRun | undefined> {
  const [row] = await db.select().from(hostedRuns).where(is(key));
  return row;
}

export async function lockHostedRun(db: Db, key: HostedKey): Promise<HostedRun | undefined> {
  const [row] = await db.select().from(hostedRuns).where(is(key)).for("update");
  return row;
}

/** The highest attempt of this run key that was ever accepted. */
export async function selectNewest(db: Db, home: string, runKey: string): Promise<HostedRun | undefined> {
  const rows = await db
    .select()
    .from(hostedRuns)
    .where(and(eq(hostedRuns.home, home), eq(hostedRuns.runKey, runKey)))
    .orderBy(sql`${hostedRuns.attempt} desc`)
    .limit(1);
  return rows[0];
}

/** Whether an attempt of this run key was counted under this agreement already. */
export async function hasRunUnder(db: Db, { home, runKey }: HostedKey, agreementId: string): Promise<boolean> {
  const ofRun = and(eq(hostedRuns.home, home), eq(hostedRuns.runKey, runKey), eq(hostedRuns.agreementId, agreementId));
  return (await db.$count(hostedRuns, ofRun)) > 0;
}

/** False when this grant was redeemed before. */
export async function insertRedeemed(db: Db, row: typeof redeemedGrants.$inferInsert): Promise<boolean> {
  const rows = await db.insert(redeemedGrants).values(row).onConflictDoNothing().returning({ jti: redeemedGrants.jti });
  return rows.length > 0;
}

export async function insertHostedRun(db: Db, row: typeof hostedRuns.$inferInsert): Promise<HostedRun> {
  const [inserted] = await db.insert(hostedRuns).values(row).returning();
  if (!inserted) throw new TypeError("an insert without a conflict clause answers its row");
  return inserted;
}

/** Changes a hosted run under its lock; its outcome is written once. */
export async function updateHostedRun(db: Db, key: HostedKey, change: Partial<HostedRun>): Promise<void> {
  const isOpen = change.outcome === undefined ? undefined : isNull(hostedRuns.outcome);
  const rows = await db
    .update(hostedRuns)
    .set(change)
    .where(and(is(key), isOpen, mayBecome("hostedRun", hostedRuns.state, change.state)))
    .returning({ attempt: hostedRuns.attempt });
  if (rows.length === 0) throw forbiddenMove("hostedRun", change.state);
}

export async function selectLiveOfAgreement(db: Db, agreementId: string): Promise<HostedRun[]> {
  return db
    .select()
    .from(hostedRuns)
    .where(and(eq(hostedRuns.agreementId, agreementId), isNull(hostedRuns.outcome)))
    .orderBy(asc(hostedRuns.runKey), asc(hostedRuns.attempt))
    .for("update");
}

export async function countLiveOfAgreement(db: Db, agreementId: string): Promise<number> {
  return db.$count(hostedRuns, and(eq(hostedRuns.agreementId, agreementId), isNull(hostedRuns.outcome)));
}

export async function countLiveByAgreement(db: Db): Promise<{ agreementId: string; live: number }[]> {
  return db
    .select({ agreementId: hostedRuns.agreementId, live: sql<number>`count(*)::int` })
    .from(hostedRuns)
    .where(isNull(hostedRuns.outcome))
    .groupBy(hostedRuns.agreementId);
}

export async function selectChanged(db: Db, home: string, after: number, limit: number): Promise<HostedRun[]> {
  return db
    .select()
    .from(hostedRuns)
    .where(and(eq(hostedRuns.home, home), gt(hostedRuns.seq, after)))
    .orderBy(asc(hostedRuns.seq))
    .limit(limit);
}

const key = { home: hostedRuns.home, runKey: hostedRuns.runKey, attempt: hostedRuns.attempt };

/** Everything that lives, with the terms that its end may depend on. */
export async function selectLiving(db: Db) {
  return db
    .select({
      ...key,
      state: hostedRuns.state,
      createdAt: hostedRuns.createdAt,
      leaseUntil: hostedRuns.leaseUntil,
      terms: sql<Pick<AgreementDocument, "onDisconnect" | "onHubSilent">>`jsonb_build_object(
        'onDisconnect', ${agreements.document}->'onDisconnect', 'onHubSilent', ${agreements.document}->'onHubSilent')`,
    })
    .from(hostedRuns)
    .innerJoin(agreements, eq(agreements.id, hostedRuns.agreementId))
    .where(isNull(hostedRuns.outcome));
}

export async function selectLiveOfUsers(db: Db, users: string[]): Promise<HostedKey[]> {
  if (users.length === 0) return [];
  return db
    .select(key)
    .from(hostedRuns)
    .where(and(inArray(hostedRuns.userPseudonym, users), isNull(hostedRuns.outcome)));
}

/** The newest, living ones first. */
export async function selectNewestRuns(db: Db, limit: number): Promise<HostedRun[]> {
  return db
    .select()
    .from(hostedRuns)
    .orderBy(sql`${hostedRuns.outcome} is null desc`, desc(hostedRuns.createdAt))
    .limit(limit);
}

export type Lease = Pick<HostedRun, "runKey" | "attempt">;

const among = (home: string, leases: readonly Lease[]) =>
  and(
    eq(hostedRuns.home, home),
    inArray(
      sql`(${hostedRuns.runKey}, ${hostedRuns.attempt})`,
      leases.map(({ runKey, attempt }) => sql`(${runKey}, ${attempt}::int)`),
    ),
  );

/** Those that we know, living ones locked in the order in which a revocation locks them. */
export async function lockAmong(db: Db, home: string, leases: readonly Lease[]) {
  if (leases.length === 0) return [];
  return db
    .select({
      ...key,
      executionName: hostedRuns.executionName,
      state: hostedRuns.state,
      outcome: hostedRuns.outcome,
      leaseUntil: hostedRuns.leaseUntil,
    })
    .from(hostedRuns)
    .where(among(home, leases))
    .orderBy(asc(hostedRuns.runKey), asc(hostedRuns.attempt))
    .for("update");
}

export async function updateLeases(db: Db, home: string, leases: readonly Lease[], leaseUntil: Date): Promise<void> {
  if (leases.length === 0) return;
  await db.update(hostedRuns).set({ leaseUntil }).where(among(home, leases));
}

/** What is queued and was told to wait. */
export async function selectWaiting(db: Db, of: { agreementId?: string }): Promise<string[]> {
  const rows = await db
    .select({ name: hostedRuns.executionName })
    .from(hostedRuns)
    .where(
      and(
        eq(hostedRuns.state, "QUEUED"),
        isNull(hostedRuns.outcome),
        isNotNull(hostedRuns.reason),
        of.agreementId ? eq(hostedRuns.agreementId, of.agreementId) : undefined,
      ),
    );
  return rows.map(({ name }) => name);
}
