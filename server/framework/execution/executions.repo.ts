import { and, asc, eq, inArray, isNotNull, isNull, lte, ne, or, type SQL, sql } from "drizzle-orm";
import { executions } from "#drizzle/framework/schema/executions";
import type { Db } from "#server/db/connect";
import { forbiddenMove, mayBecome } from "#server/db/may-become";
import { KrdcError } from "#server/errors";
import { leaseMs } from "../work-loop";
import type { Execution, NewExecution } from "./execution";

const notify = (db: Db) => db.execute(sql`select pg_notify('krdc_work', '')`);
const later = (now: Date, ms: number) => new Date(now.getTime() + ms);

/** Queues an execution; asking again for the same name changes nothing. */
export async function insertExecution(db: Db, values: NewExecution, now: Date, wakeAt = now): Promise<void> {
  await db
    .insert(executions)
    .values({ ...values, createdAt: now, wakeAt })
    .onConflictDoNothing();
  await notify(db);
}

/** Leases one execution that is due; a queued app only while a slot of its kind is free. */
export async function claimExecution(db: Db, now: Date, limits: { slots: number; proxies: number }) {
  const busy = (which: SQL) =>
    sql`(select count(*) from executions b where ${which} and b.state in ('STARTING','RUNNING'))`;
  // Each host's proxies have places of their own: one that is silent must not keep the others waiting.
  const proxies = busy(sql`b.kind = 'proxy' and b.host is not distinct from ${executions.host}`);
  const apps = busy(sql`b.kind <> 'proxy'`);
  const hasRoom = sql`case when ${executions.kind} = 'proxy' then ${proxies} < ${limits.proxies} else ${apps} < ${limits.slots} end`;
  const next = db
    .select({ name: executions.name })
    .from(executions)
    .where(
      and(
        lte(executions.wakeAt, now),
        ne(executions.state, "ENDED"),
        or(isNull(executions.leaseUntil), lte(executions.leaseUntil, now)),
        or(ne(executions.state, "QUEUED"), isNotNull(executions.stopReason), hasRoom),
      ),
    )
    .orderBy(asc(executions.wakeAt))
    .limit(1)
    .for("update", { skipLocked: true });
  const [claimed] = await db
    .update(executions)
    .set({
      fence: sql`${executions.fence} + 1`,
      leaseUntil: later(now, leaseMs),
      state: sql`case when ${executions.state} = 'QUEUED' and ${executions.stopReason} is null then 'STARTING'::execution_state else ${executions.state} end`,
    })
    .where(inArray(executions.name, next))
    .returning();
  return claimed;
}

/** Ours by its fence, and not over: an end that is written never changes. */
const mine = (execution: Execution) =>
  and(eq(executions.name, execution.name), eq(executions.fence, execution.fence), ne(executions.state, "ENDED"));

const isMine = async (db: Db, execution: Execution) => (await db.$count(executions, mine(execution))) > 0;

/** True when this execution is ours and nobody asked for its end; its row stays locked until the transaction ends. */
export async function holdsForStart(db: Db, execution: Execution): Promise<boolean> {
  const rows = await db
    .select({ name: executions.name })
    .from(executions)
    .where(and(mine(execution), isNull(executions.stopReason)))
    .for("update");
  return rows.length > 0;
}

export async function renewExecution(db: Db, execution: Execution, now: Date): Promise<void> {
  await db
    .update(executions)
    .set({ leaseUntil: later(now, leaseMs) })
    .where(mine(execution));
}

/** Puts the execution down until `wakeAt`; a wake that came meanwhile (earlier than ours) wins. */
export async function putDownExecution(
  db: Db,
  execution: Execution,
  change: Partial<Pick<Execution, "state" | "startedAt" | "logBytes">>,
  wakeAt: Date,
): Promise<boolean> {
  const rows = await db
    .update(executions)
    .set({
      ...change,
      leaseUntil: null,
      wakeAt: sql`case when ${executions.wakeAt} > ${execution.wakeAt?.toISOString() ?? null}::timestamptz then least(${executions.wakeAt}, ${wakeAt.toISOString()}::timestamptz) else ${wakeAt.toISOString()}::timestamptz end`,
    })
    .where(and(mine(execution), mayBecome("execution", executions.state, change.state)))
    .returning({ name: executions.name });
  if (rows.length === 0 && (await isMine(db, execution))) throw forbiddenMove("execution", change.state);
  return rows.length > 0;
}

/** Writes the end; throws when somebody else holds the execution now, so that the whole transaction is undone. */
export async function endExecution(
  db: Db,
  execution: Execution,
  end: Pick<
    Execution,
    "outcome" | "reason" | "exitCode" | "outputs" | "logBytes" | "cpuSeconds" | "startedAt" | "endedAt"
  >,
): Promise<Execution> {
  const [row] = await db
    .update(executions)
    .set({ ...end, state: "ENDED", wakeAt: null, leaseUntil: null })
    .where(mine(execution))
    .returning();
  if (!row) throw new KrdcError("conflict", "execution.not_ours");
  await notify(db);
  return row;
}

/** Asks for the end of executions; the first reason stands. */
export async function requestStops(db: Db, names: string[], reason: string, now: Date): Promise<void> {
  if (names.length === 0) return;
  await db
    .update(executions)
    .set({ stopReason: sql`coalesce(${executions.stopReason}, ${reason})`, wakeAt: now })
    .where(and(inArray(executions.name, names), ne(executions.state, "ENDED")));
  await notify(db);
}

export async function wakeExecution(db: Db, name: string, now: Date): Promise<void> {
  await db
    .update(executions)
    .set({ wakeAt: now })
    .where(and(eq(executions.name, name), ne(executions.state, "ENDED")));
  await notify(db);
}

export async function wakeMany(db: Db, names: string[], now: Date): Promise<void> {
  if (names.length === 0) return;
  await db
    .update(executions)
    .set({ wakeAt: now })
    .where(and(inArray(executions.name, names), ne(executions.state, "ENDED")));
  await notify(db);
}

/** After a restart of the only framework of a process runtime nobody else can hold a lease. */
export async function wakeAllExecutions(db: Db, now: Date): Promise<void> {
  await db.update(executions).set({ leaseUntil: null, wakeAt: now }).where(ne(executions.state, "ENDED"));
}

export async function findExecution(db: Db, name: string): Promise<Execution | undefined> {
  const [row] = await db.select().from(executions).where(eq(executions.name, name));
  return row;
}

export async function listLiveExecutions(db: Db): Promise<Execution[]> {
  return db.select().from(executions).where(ne(executions.state, "ENDED"));
}

/** What stands now, for heartbeats and the operator's eye. */
export async function countExecutions(db: Db) {
  const rows = await db
    .select({ kind: executions.kind, state: executions.state, count: sql<number>`count(*)::int` })
    .from(executions)
    .where(ne(executions.state, "ENDED"))
    .groupBy(executions.kind, executions.state);
  const sum = (is: (row: (typeof rows)[number]) => boolean) =>
    rows.filter(is).reduce((total, row) => total + row.count, 0);
  return {
    slotsUsed: sum((row) => row.kind !== "proxy" && row.state !== "QUEUED"),
    queued: sum((row) => row.kind !== "proxy" && row.state === "QUEUED"),
    hosted: sum((row) => row.kind === "hosted"),
  };
}
