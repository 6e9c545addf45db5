import { and, asc, eq, gt, inArray, isNotNull, isNull, lte, ne, or, type SQL, sql } from "drizzle-orm";
import { runs, stepRuns } from "#drizzle/framework/schema/runs";
import type { Db } from "#server/db/connect";
import { forbiddenMove, mayBecome } from "#server/db/may-become";
import { KrdcError } from "#server/errors";
import { isStepOver, stepStates } from "#server/protocol/states";
import { reopenedFrom } from "#server/protocol/transitions";
import { leaseMs } from "../work-loop";
import type { Run, StepRun } from "./step-run";

const notifyWork = (db: Db) => db.execute(sql`select pg_notify('krdc_work', '')`);

/** Writes a run and its waiting steps at once; false when this run is already known. */
export async function insertRun(
  db: Db,
  run: typeof runs.$inferInsert,
  steps: { step: string; wakeAt: Date | null }[],
): Promise<boolean> {
  const rows = await db.insert(runs).values(run).onConflictDoNothing().returning({ id: runs.id });
  if (rows.length === 0) return false;
  if (steps.length > 0) await db.insert(stepRuns).values(steps.map((step) => ({ ...step, runId: run.id })));
  await notifyWork(db);
  return true;
}

export async function selectRun(db: Db, id: string): Promise<Run | undefined> {
  const [row] = await db.select().from(runs).where(eq(runs.id, id));
  return row;
}

/** Every change below a run begins here: the lock keeps its steps, its state and its `seq` in one order. */
export async function lockRun(db: Db, id: string): Promise<Run> {
  const [row] = await db.select().from(runs).where(eq(runs.id, id)).for("update");
  if (!row) throw new KrdcError("not_found", "run.not_found");
  return row;
}

export async function updateRun(
  db: Db,
  id: string,
  change: Partial<Pick<Run, "state" | "reason" | "isCancelRequested" | "startedAt" | "endedAt">>,
): Promise<void> {
  const rows = await db
    .update(runs)
    .set({ ...change, seq: sql`${runs.seq} + 1` })
    .where(and(eq(runs.id, id), mayBecome("run", runs.state, change.state)))
    .returning({ id: runs.id });
  if (rows.length === 0) throw forbiddenMove("run", change.state);
  await db.execute(sql`select pg_notify('krdc_run', ${id})`);
}

/** A person's retry: the run goes on as if it had not ended. */
export async function reopenRun(db: Db, id: string): Promise<void> {
  const rows = await db
    .update(runs)
    .set({ state: "RUNNING", isCancelRequested: false, endedAt: null, reason: null, seq: sql`${runs.seq} + 1` })
    .where(and(eq(runs.id, id), inArray(runs.state, reopenedFrom("run", "RUNNING"))))
    .returning({ id: runs.id });
  if (rows.length === 0) throw forbiddenMove("run", "RUNNING");
  await db.execute(sql`select pg_notify('krdc_run', ${id})`);
}

type StepChange = Partial<Omit<StepRun, "id" | "runId" | "step" | "seq" | "fence">>;

type StepKey = Pick<StepRun, "id" | "runId">;

async function writeStep(db: Db, step: StepKey, change: StepChange, mayMove: SQL | undefined): Promise<void> {
  const [numbered] = await db
    .update(runs)
    .set({ seq: sql`${runs.seq} + 1` })
    .where(eq(runs.id, step.runId))
    .returning({ seq: runs.seq });
  const rows = await db
    .update(stepRuns)
    .set({ ...change, seq: numbered?.seq ?? 0 })
    .where(and(eq(stepRuns.id, step.id), mayMove))
    .returning({ id: stepRuns.id });
  if (rows.length === 0) throw forbiddenMove("stepRun", change.state);
  await db.execute(sql`select pg_notify('krdc_run', ${step.runId})`);
}

/** Changes one step run under its run's lock and numbers the change. */
export const updateStep = (db: Db, step: StepKey, change: StepChange): Promise<void> =>
  writeStep(db, step, change, mayBecome("stepRun", stepRuns.state, change.state));

/** The same for all steps of a run that stand in this state, as one change. */
export async function updateSteps(
  db: Db,
  runId: string,
  from: StepRun["state"],
  change: Pick<StepRun, "state" | "reason">,
): Promise<void> {
  const [numbered] = await db
    .update(runs)
    .set({ seq: sql`${runs.seq} + 1` })
    .where(eq(runs.id, runId))
    .returning({ seq: runs.seq });
  await db
    .update(stepRuns)
    .set({ ...change, seq: numbered?.seq ?? 0 })
    .where(
      and(eq(stepRuns.runId, runId), eq(stepRuns.state, from), mayBecome("stepRun", stepRuns.state, change.state)),
    );
  await db.execute(sql`select pg_notify('krdc_run', ${runId})`);
}

/** What was submitted stays; only what a later consent changes of it is written anew. */
export async function updateSubmission(db: Db, id: string, submission: Run["submission"]): Promise<void> {
  await db.update(runs).set({ submission }).where(eq(runs.id, id));
}

/** A person's retry: a step that was over waits, or is ready, for another attempt. */
export const reopenStep = (db: Db, step: StepKey, change: StepChange & { state: "READY" | "WAITING" }): Promise<void> =>
  writeStep(db, step, change, inArray(stepRuns.state, reopenedFrom("stepRun", change.state)));

/** Adds the further instances of a step that turned out to be scattered. */
export async function insertInstances(db: Db, rows: (typeof stepRuns.$inferInsert)[]): Promise<void> {
  for (let from = 0; from < rows.length; from += 500) {
    await db
      .insert(stepRuns)
      .values(rows.slice(from, from + 500))
      .onConflictDoNothing();
  }
  await notifyWork(db);
}

export async function selectStep(db: Db, id: string): Promise<StepRun | undefined> {
  const [row] = await db.select().from(stepRuns).where(eq(stepRuns.id, id));
  return row;
}

export async function selectSteps(db: Db, runId: string, steps?: string[]): Promise<StepRun[]> {
  if (steps?.length === 0) return [];
  return db
    .select()
    .from(stepRuns)
    .where(and(eq(stepRuns.runId, runId), steps ? inArray(stepRuns.step, steps) : undefined))
    .orderBy(asc(stepRuns.step), asc(stepRuns.index));
}

export async function selectChangedSteps(db: Db, runId: string, after: number): Promise<StepRun[]> {
  return db
    .select()
    .from(stepRuns)
    .where(and(eq(stepRuns.runId, runId), gt(stepRuns.seq, after)))
    .orderBy(asc(stepRuns.seq));
}

export async function selectStepStates(db: Db, runId: string): Promise<StepRun["state"][]> {
  const rows = await db.select({ state: stepRuns.state }).from(stepRuns).where(eq(stepRuns.runId, runId));
  return rows.map((row) => row.state);
}

/** Asks that waiting steps be looked at. */
export async function wakeSteps(db: Db, runId: string, steps: string[], now: Date): Promise<void> {
  if (steps.length === 0) return;
  await db
    .update(stepRuns)
    .set({ wakeAt: now })
    .where(and(eq(stepRuns.runId, runId), inArray(stepRuns.step, steps), eq(stepRuns.state, "WAITING")));
  await notifyWork(db);
}

/** Leases one step run that is due, or whose last worker stopped renewing; `fence` keeps that worker from writing. */
export async function claimStep(db: Db, now: Date): Promise<StepRun | undefined> {
  const next = db
    .select({ id: stepRuns.id })
    .from(stepRuns)
    .where(and(lte(stepRuns.wakeAt, now), or(isNull(stepRuns.leaseUntil), lte(stepRuns.leaseUntil, now))))
    .orderBy(asc(stepRuns.wakeAt))
    .limit(1)
    .for("update", { skipLocked: true });
  const [claimed] = await db
    .update(stepRuns)
    .set({ fence: sql`${stepRuns.fence} + 1`, leaseUntil: new Date(now.getTime() + leaseMs) })
    .where(eq(stepRuns.id, sql`(${next})`))
    .returning();
  return claimed;
}

const mine = (step: StepRun) => and(eq(stepRuns.id, step.id), eq(stepRuns.fence, step.fence));

/** True while the claim still stands; to be asked inside the transaction that acts on it. */
export async function holdsStep(db: Db, step: StepRun): Promise<StepRun | undefined> {
  const [row] = await db.select().from(stepRuns).where(mine(step)).for("update");
  return row;
}

export async function renewStep(db: Db, step: StepRun, now: Date): Promise<void> {
  await db
    .update(stepRuns)
    .set({ leaseUntil: new Date(now.getTime() + leaseMs) })
    .where(mine(step));
}

export async function putDownStep(db: Db, step: StepRun, wakeAt: Date | null): Promise<void> {
  await db.update(stepRuns).set({ leaseUntil: null, wakeAt }).where(mine(step));
}

/** After a restart nobody else can hold a lease of a process runtime's framework. */
export async function dropStepLeases(db: Db): Promise<void> {
  await db.update(stepRuns).set({ leaseUntil: null }).where(isNotNull(stepRuns.leaseUntil));
}

export async function selectUnreported(db: Db, limit: number): Promise<Run[]> {
  return db.select().from(runs).where(sql`${runs.reportedSeq} < ${runs.seq}`).limit(limit);
}

export async function updateReported(db: Db, reported: { id: string; seq: number }[]): Promise<void> {
  for (const { id, seq } of reported) {
    await db
      .update(runs)
      .set({ reportedSeq: seq })
      .where(and(eq(runs.id, id), ne(runs.reportedSeq, seq)));
  }
}

const over = stepStates.filter(isStepOver);

export async function countSteps(db: Db, runId: string): Promise<{ done: number; total: number }> {
  const [row] = await db
    .select({
      total: sql<number>`count(*)::int`,
      done: sql<number>`count(*) filter (where ${inArray(stepRuns.state, over)})::int`,
    })
    .from(stepRuns)
    .where(eq(stepRuns.runId, runId));
  return row ?? { done: 0, total: 0 };
}
