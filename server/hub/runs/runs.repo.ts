import { and, desc, eq, inArray, lt, sql } from "drizzle-orm";
import type { z } from "zod";
import { runs } from "#drizzle/hub/schema/runs";
import type { Db } from "#server/db/connect";
import type { runSummary } from "#server/protocol/framework-api";
import type { Run } from "./run";

type NewRun = Pick<
  Run,
  | "id"
  | "memberId"
  | "home"
  | "title"
  | "workflowId"
  | "workflowDigest"
  | "clusters"
  | "apps"
  | "stepsTotal"
  | "createdAt"
>;

/** The new row, or undefined when this id is known. */
export async function insertRun(db: Db, values: NewRun): Promise<Run | undefined> {
  const [row] = await db.insert(runs).values(values).onConflictDoNothing({ target: runs.id }).returning();
  return row;
}

/** The actor stands in the `where`: others' runs are not found. */
export async function findOwn(db: Db, memberId: string, id: string): Promise<Run | undefined> {
  const [row] = await db
    .select()
    .from(runs)
    .where(and(eq(runs.id, id), eq(runs.memberId, memberId)));
  return row;
}

/** Leaves a row alone whose home has reported already. */
export async function settleSubmitting(
  db: Db,
  id: string,
  to: { state: "QUEUED" } | { state: "REFUSED"; refusal: string; endedAt: Date },
): Promise<void> {
  await db
    .update(runs)
    .set(to)
    .where(and(eq(runs.id, id), eq(runs.state, "SUBMITTING")));
}

/** A submit that was refused may be tried again under its id. */
export async function reopen(db: Db, memberId: string, id: string): Promise<void> {
  await db
    .update(runs)
    .set({ state: "SUBMITTING", refusal: null, endedAt: null })
    .where(and(eq(runs.id, id), eq(runs.memberId, memberId), eq(runs.state, "REFUSED")));
}

export type ListFilter = { memberId: string; states: Run["state"][] | undefined; before: number | undefined };

export async function listOwn(db: Db, filter: ListFilter, limit: number): Promise<Run[]> {
  return db
    .select()
    .from(runs)
    .where(
      and(
        eq(runs.memberId, filter.memberId),
        filter.states && inArray(runs.state, filter.states),
        filter.before === undefined ? undefined : lt(runs.number, filter.before),
      ),
    )
    .orderBy(desc(runs.number))
    .limit(limit);
}

/** By a part of the title or the number. */
export async function findOwnByText(db: Db, memberId: string, like: string, limit: number): Promise<Run[]> {
  const text = sql`lower((${runs.title}->>'ko') || ' ' || (${runs.title}->>'en') || ' #' || ${runs.number})`;
  return db
    .select()
    .from(runs)
    .where(and(eq(runs.memberId, memberId), sql`${text} like ${like}`))
    .orderBy(desc(runs.number))
    .limit(limit);
}

type Summary = z.infer<typeof runSummary>;

/** Applies only what is newer, and only from the run's own home. */
export async function applySummary(db: Db, home: string, summary: Summary): Promise<boolean> {
  const { id, seq, startedAt, endedAt, reason, ...values } = summary;
  const times = { startedAt: startedAt ? new Date(startedAt) : null, endedAt: endedAt ? new Date(endedAt) : null };
  const rows = await db
    .update(runs)
    .set({ ...values, ...times, seq, refusal: reason ?? null })
    .where(and(eq(runs.id, id), eq(runs.home, home), lt(runs.seq, seq)))
    .returning({ id: runs.id });
  return rows.length === 1;
}

export async function listStuck(db: Db, before: Date): Promise<Run[]> {
  return db
    .select()
    .from(runs)
    .where(and(eq(runs.state, "SUBMITTING"), lt(runs.createdAt, before)))
    .limit(100);
}
