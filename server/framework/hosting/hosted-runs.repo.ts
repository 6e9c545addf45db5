import { and, asc, eq, gt, isNull, sql } from "drizzle-orm";
import { hostedRuns, redeemedGrants } from "#drizzle/framework/schema/hosting";
import type { Db } from "#server/db/connect";
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

/** False when this grant was redeemed before. */
export async function insertRedeemed(db: Db, row: typeof redeemedGrants.$inferInsert): Promise<boolean> {
  const rows = await db.insert(redeemedGrants).values(row).onConflictDoNothing().returning({ jti: redeemedGrants.jti });
  return rows.length > 0;
}

/** False when the same attempt was accepted meanwhile by an equal call. */
export async function insertHostedRun(db: Db, row: typeof hostedRuns.$inferInsert): Promise<boolean> {
  const rows = await db.insert(hostedRuns).values(row).onConflictDoNothing().returning({ attempt: hostedRuns.attempt });
  return rows.length > 0;
}

export async function updateHostedRun(db: Db, key: HostedKey, change: Partial<HostedRun>): Promise<void> {
  await db.update(hostedRuns).set(change).where(is(key));
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

export async function selectChanged(db: Db, home: string, after: number, limit: number): Promise<HostedRun[]> {
  return db
    .select()
    .from(hostedRuns)
    .where(and(eq(hostedRuns.home, home), gt(hostedRuns.seq, after)))
    .orderBy(asc(hostedRuns.seq))
    .limit(limit);
}
