import { bigint, index, integer, jsonb, pgEnum, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { HostedRunRequest } from "#server/protocol/hosted-run";
import type { Reason } from "#server/protocol/run-view";
import { remoteAttemptStates } from "#server/protocol/states";

const time = (name: string) => timestamp(name, { withTimezone: true });

export const remoteAttemptState = pgEnum("remote_attempt_state", remoteAttemptStates);

/** The home side of one attempt in another cluster: what was asked, what the host said, how far its results are. */
export const remoteAttempts = pgTable(
  "remote_attempts",
  {
    runKey: text("run_key").notNull(),
    attempt: integer().notNull(),
    stepRunId: uuid("step_run_id").notNull(),
    runId: uuid("run_id").notNull(),
    host: text().notNull(),
    request: jsonb().$type<HostedRunRequest>().notNull(),
    authorizationId: uuid("authorization_id").notNull(),
    agreementId: uuid("agreement_id").notNull(),
    state: remoteAttemptState().notNull().default("WAITING_GRANT"),
    grant: text(),
    grantId: uuid("grant_id"),
    grantExpiresAt: time("grant_expires_at"),
    hostSeq: integer("host_seq").notNull().default(-1),
    hostState: text("host_state"),
    outcome: text(),
    reason: jsonb().$type<Reason>(),
    waiting: jsonb().$type<Reason>(),
    exitCode: integer("exit_code"),
    receipt: text(),
    bytesIn: bigint("bytes_in", { mode: "number" }).notNull().default(0),
    bytesOut: bigint("bytes_out", { mode: "number" }).notNull().default(0),
    logBytes: bigint("log_bytes", { mode: "number" }).notNull().default(0),
    proxyName: text("proxy_name").notNull(),
    proxyCount: integer("proxy_count").notNull().default(1),
    /** One proxy app stands for a single attempt, or for a share of a scattered step's instances. */
    proxyGroup: text("proxy_group").notNull().default(""),
    cancelRequestedAt: time("cancel_requested_at"),
    unreachableSince: time("unreachable_since"),
    startedAt: time("started_at"),
    endedAt: time("ended_at"),
    acknowledgedAt: time("acknowledged_at"),
    /** When the hub's ledger has its receipt. */
    reportedAt: time("reported_at"),
    createdAt: time("created_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.runKey, t.attempt] }),
    index("remote_attempts_of_host").on(t.host, t.state),
    index("remote_attempts_of_proxy").on(t.proxyGroup),
    index("remote_attempts_of_step").on(t.stepRunId),
  ],
);
