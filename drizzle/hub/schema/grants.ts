import {
  bigint,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";
import { agreements } from "./agreements";
import { members } from "./members";

const time = (name: string) => timestamp(name, { withTimezone: true });

/** What one authorization lets its home framework ask grants for, by step id. */
export type AuthorizedStep = {
  host: string;
  app: string;
  version: string;
  digest: string;
  agreementId: string;
  maxInstances: number;
  maxAttempts: number;
};

/** A user's consent for the remote steps of one run, given at submit. */
export const authorizations = pgTable("authorizations", {
  id: uuid().primaryKey(),
  memberId: uuid("member_id")
    .notNull()
    .references(() => members.id),
  runId: uuid("run_id").notNull().unique(),
  home: text().notNull(),
  workflowDigest: text("workflow_digest").notNull(),
  steps: jsonb().$type<Record<string, AuthorizedStep>>().notNull(),
  expiresAt: time("expires_at").notNull(),
  revokedAt: time("revoked_at"),
  createdAt: time("created_at").notNull().defaultNow(),
});

/** Every grant that was issued, so that a host can ask whether it still stands. */
export const grants = pgTable(
  "grants",
  {
    id: uuid().primaryKey(),
    authorizationId: uuid("authorization_id")
      .notNull()
      .references(() => authorizations.id),
    agreementId: uuid("agreement_id")
      .notNull()
      .references(() => agreements.id),
    home: text().notNull(),
    host: text().notNull(),
    step: text().notNull(),
    index: integer().notNull(),
    attempt: integer().notNull(),
    runKey: text("run_key").notNull(),
    parametersHash: text("parameters_hash").notNull(),
    inputsHash: text("inputs_hash").notNull(),
    issuedAt: time("issued_at").notNull().defaultNow(),
    expiresAt: time("expires_at").notNull(),
    introspectedAt: time("introspected_at"),
    /** A later attempt was granted: this one opens nothing any more. */
    closedAt: time("closed_at"),
  },
  (t) => [index("grants_of_attempt").on(t.runKey, t.attempt), index("grants_of_agreement").on(t.agreementId)],
);

/** What each remote attempt took, as its host signed it and its home verified it. */
export const usageEntries = pgTable(
  "usage_entries",
  {
    runKey: text("run_key").notNull(),
    attempt: integer().notNull(),
    grantId: uuid("grant_id")
      .notNull()
      .references(() => grants.id),
    agreementId: uuid("agreement_id")
      .notNull()
      .references(() => agreements.id),
    home: text().notNull(),
    host: text().notNull(),
    outcome: text().notNull(),
    cpuSeconds: doublePrecision("cpu_seconds").notNull(),
    gpuSeconds: doublePrecision("gpu_seconds").notNull(),
    outputBytes: bigint("output_bytes", { mode: "number" }).notNull(),
    receipt: text().notNull(),
    endedAt: time("ended_at").notNull(),
    recordedAt: time("recorded_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.runKey, t.attempt] }), index("usage_entries_of_agreement").on(t.agreementId)],
);
