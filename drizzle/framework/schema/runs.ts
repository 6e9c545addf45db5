import { sql } from "drizzle-orm";
import {
  boolean,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import type { Value } from "#server/graph/workflow";
import type { PortalUser, RunSubmission } from "#server/protocol/framework-api";
import type { Reason } from "#server/protocol/run-view";
import { runStates, stepStates } from "#server/protocol/states";

const time = (name: string) => timestamp(name, { withTimezone: true });

export const runState = pgEnum("run_state", runStates);

/** One run with everything that it needs; `seq` rises with every change below it, so that readers fetch only what is new. */
export const runs = pgTable(
  "runs",
  {
    id: uuid().primaryKey(),
    number: integer().notNull(),
    owner: text().notNull(),
    user: jsonb().$type<PortalUser>().notNull(),
    submission: jsonb().$type<RunSubmission>().notNull(),
    submissionHash: text("submission_hash").notNull(),
    salt: text().notNull(),
    state: runState().notNull().default("QUEUED"),
    reason: jsonb().$type<Reason>(),
    isCancelRequested: boolean("is_cancel_requested").notNull().default(false),
    seq: integer().notNull().default(0),
    reportedSeq: integer("reported_seq").notNull().default(-1),
    createdAt: time("created_at").notNull(),
    startedAt: time("started_at"),
    endedAt: time("ended_at"),
  },
  (t) => [
    index("runs_of_owner").on(t.owner),
    index("runs_unreported").on(t.id).where(sql`${t.reportedSeq} < ${t.seq}`),
  ],
);

export const stepRunState = pgEnum("step_run_state", stepStates);

/** One step of one run, a row for each scattered instance; `wakeAt` says when somebody should look at it. */
export const stepRuns = pgTable(
  "step_runs",
  {
    id: uuid().primaryKey().defaultRandom(),
    runId: uuid("run_id")
      .notNull()
      .references(() => runs.id),
    step: text().notNull(),
    index: integer().notNull().default(0),
    isScattered: boolean("is_scattered").notNull().default(false),
    state: stepRunState().notNull().default("WAITING"),
    attempt: integer().notNull().default(0),
    countedAttempts: integer("counted_attempts").notNull().default(0),
    end: text(),
    exitCode: integer("exit_code"),
    reason: jsonb().$type<Reason>(),
    parameters: jsonb().$type<Record<string, Value>>().notNull().default({}),
    outputs: jsonb().$type<Record<string, Value>>().notNull().default({}),
    logBytes: integer("log_bytes").notNull().default(0),
    seq: integer().notNull().default(0),
    readyAt: time("ready_at"),
    startedAt: time("started_at"),
    endedAt: time("ended_at"),
    wakeAt: time("wake_at"),
    fence: integer().notNull().default(0),
    leaseUntil: time("lease_until"),
    /** Digest of app, producing cluster, parameters and inputs of a step that may be answered from an earlier one. */
    cacheKey: text("cache_key"),
    cachedFrom: uuid("cached_from"),
  },
  (t) => [
    index("step_runs_by_cache_key").on(t.cacheKey).where(sql`${t.cacheKey} is not null`),
    uniqueIndex("step_runs_one_per_instance").on(t.runId, t.step, t.index),
    index("step_runs_awake").on(t.wakeAt).where(sql`${t.wakeAt} is not null`),
  ],
);
