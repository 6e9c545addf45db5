import { and, desc, eq, isNull, ne, sql } from "drizzle-orm";
import { executions } from "#drizzle/framework/schema/executions";
import { agreements, hostedRuns, peers, redeemedGrants, restores } from "#drizzle/framework/schema/hosting";
import { runs } from "#drizzle/framework/schema/runs";
import type { Db } from "#server/db/connect";
import type { Restore } from "./restore";

export async function selectNewestRestore(db: Db): Promise<Restore | undefined> {
  const [row] = await db.select().from(restores).orderBy(desc(restores.epoch)).limit(1);
  return row;
}

export async function insertRestore(db: Db, row: typeof restores.$inferInsert): Promise<void> {
  // What an earlier one had left open is read again with this one.
  await db.update(restores).set({ settledAt: row.noticedAt }).where(isNull(restores.settledAt));
  await db.insert(restores).values(row);
}

export async function updateDone(db: Db, epoch: number, part: string, at: Date): Promise<void> {
  const done = sql`jsonb_set(${restores.evidence}, array['done', ${part}], to_jsonb(${at.toISOString()}::text))`;
  await db.update(restores).set({ evidence: done }).where(eq(restores.epoch, epoch));
}

export async function updateLeft(db: Db, epoch: number, what: string): Promise<void> {
  const left = sql`${restores.evidence}->'left'`;
  await db
    .update(restores)
    .set({ evidence: sql`jsonb_set(${restores.evidence}, '{left}', (${left}) || to_jsonb(${what}::text))` })
    .where(and(eq(restores.epoch, epoch), sql`not (${left}) ? ${what}`));
}

export async function updateSettled(db: Db, epoch: number, at: Date): Promise<void> {
  await db.update(restores).set({ settledAt: at }).where(eq(restores.epoch, epoch));
}

/** The newest moment up to this one that this database knows anything of. */
export async function selectLastMemory(db: Db, upTo: Date): Promise<Date> {
  const until = upTo.toISOString();
  const { rows } = await db.execute<{ at: Date | string | null }>(sql`
    select greatest((select max(at) from audit_entries where at <= ${until}),
      (select max(created_at) from executions where created_at <= ${until}),
      (select max(created_at) from runs where created_at <= ${until}),
      (select max(created_at) from hosted_runs where created_at <= ${until})) as at`);
  return new Date(rows[0]?.at ?? 0);
}

type Agreement = typeof agreements.$inferSelect;
type HostedRun = typeof hostedRuns.$inferSelect;
type Key = Pick<HostedRun, "home" | "runKey" | "attempt">;

const is = (key: Key) =>
  and(eq(hostedRuns.home, key.home), eq(hostedRuns.runKey, key.runKey), eq(hostedRuns.attempt, key.attempt));

/** What we tell a peer from now on is newer than all that it has heard. */
export async function raiseEventSeq(db: Db, name: string, floor: number): Promise<void> {
  await db
    .update(peers)
    .set({ eventSeq: sql`greatest(${peers.eventSeq}, ${floor}::int)` })
    .where(eq(peers.name, name));
}

export async function findAttempt(db: Db, key: Key): Promise<HostedRun | undefined> {
  const [row] = await db.select().from(hostedRuns).where(is(key));
  return row;
}

export async function lockAttempt(db: Db, key: Key): Promise<HostedRun | undefined> {
  const [row] = await db.select().from(hostedRuns).where(is(key)).for("update");
  return row;
}

export async function updateSeq(db: Db, key: Key, seq: number): Promise<void> {
  await db.update(hostedRuns).set({ seq }).where(is(key));
}

export async function listUnbegun(db: Db, home: string): Promise<HostedRun[]> {
  return db
    .select()
    .from(hostedRuns)
    .where(and(eq(hostedRuns.home, home), isNull(hostedRuns.outcome)));
}

/** An attempt that was accepted once stands again, its grant used up and its run counted. Call under its agreement's lock. */
export async function insertForgotten(db: Db, row: typeof hostedRuns.$inferInsert): Promise<HostedRun> {
  const { home, runKey, attempt, grantId, agreementId, createdAt } = row;
  await db.execute(sql`
    update agreements set runs_used = runs_used + 1 where id = ${agreementId} and not exists
    (select 1 from hosted_runs where home = ${home} and run_key = ${runKey} and agreement_id = ${agreementId})`);
  await db
    .insert(redeemedGrants)
    .values({ jti: grantId, home, runKey, attempt, redeemedAt: createdAt })
    .onConflictDoNothing();
  const [inserted] = await db.insert(hostedRuns).values(row).returning();
  if (!inserted) throw new TypeError("an insert without a conflict clause answers its row");
  return inserted;
}

/** An execution whose end is known from a record of our own; the runtime is not asked any more. */
export async function insertEnded(db: Db, row: typeof executions.$inferInsert): Promise<void> {
  const { name, kind, runKey, attempt, createdAt, limits, ...end } = row;
  await db
    .insert(executions)
    .values(row)
    .onConflictDoUpdate({
      target: executions.name,
      set: { ...end, wakeAt: null, leaseUntil: null, fence: sql`${executions.fence} + 1` },
      setWhere: ne(executions.state, "ENDED"),
    });
}

export async function updateAcknowledged(db: Db, key: Key, at: Date): Promise<void> {
  await db
    .update(hostedRuns)
    .set({ state: "ACKED", ackedAt: at })
    .where(and(is(key), eq(hostedRuns.state, "RESULTS_READY")));
}

export async function lockKept(db: Db, id: string): Promise<Agreement | undefined> {
  const [row] = await db.select().from(agreements).where(eq(agreements.id, id)).for("update");
  return row;
}

export async function insertKept(db: Db, row: typeof agreements.$inferInsert): Promise<void> {
  await db.insert(agreements).values(row);
}

export async function updateKept(db: Db, id: string, change: Partial<Agreement>): Promise<void> {
  await db.update(agreements).set(change).where(eq(agreements.id, id));
}

export async function knownExecutions(db: Db): Promise<Set<string>> {
  return new Set((await db.select({ name: executions.name }).from(executions)).map(({ name }) => name));
}

/** The run's next word to the hub is newer than the hub's last; false when we do not know the run. */
export async function raiseRunSeq(db: Db, id: string, floor: number): Promise<boolean> {
  const rows = await db
    .update(runs)
    .set({ seq: sql`greatest(${runs.seq}, ${floor + 1}::int)` })
    .where(eq(runs.id, id))
    .returning({ id: runs.id });
  return rows.length > 0;
}
