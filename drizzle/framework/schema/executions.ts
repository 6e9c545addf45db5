import { sql } from "drizzle-orm";
import {
  bigint,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";
import type { Value } from "#server/graph/workflow";
import type { Limits } from "#server/protocol/limits";
import type { Reason } from "#server/protocol/run-view";
import { executionStates } from "#server/protocol/states";

const time = (name: string) => timestamp(name, { withTimezone: true });

export const executionState = pgEnum("execution_state", executionStates);

/**
 * One process or Job that this cluster starts, at most once, for an attempt: an app of our own run, an app on behalf
 * of a peer, or a proxy app.
 */
export const executions = pgTable(
  "executions",
  {
    name: text().primaryKey(),
    kind: text({ enum: ["local", "hosted", "proxy"] }).notNull(),
    runKey: text("run_key").notNull(),
    attempt: integer().notNull(),
    stepRunId: uuid("step_run_id"),
    home: text(),
    /** Whom a proxy app talks about: a host that is away must not take the places of those for others. */
    host: text(),
    digest: text(),
    parameters: jsonb().$type<Record<string, Value>>().notNull().default({}),
    limits: jsonb().$type<Limits>().notNull(),
    state: executionState().notNull().default("QUEUED"),
    stopReason: text("stop_reason"),
    outcome: text(),
    reason: jsonb().$type<Reason>(),
    exitCode: integer("exit_code"),
    outputs: jsonb().$type<Record<string, Value>>().notNull().default({}),
    logBytes: bigint("log_bytes", { mode: "number" }).notNull().default(0),
    cpuSeconds: doublePrecision("cpu_seconds").notNull().default(0),
    createdAt: time("created_at").notNull(),
    startedAt: time("started_at"),
    endedAt: time("ended_at"),
    wakeAt: time("wake_at"),
    fence: integer().notNull().default(0),
    leaseUntil: time("lease_until"),
  },
  (t) => [
    index("executions_awake").on(t.wakeAt).where(sql`${t.wakeAt} is not null`),
    index("executions_live").on(t.kind).where(sql`${t.state} <> 'ENDED'`),
  ],
);
