import { index, integer, jsonb, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
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
  },
  (t) => [index("grants_of_attempt").on(t.runKey, t.attempt), index("grants_of_agreement").on(t.agreementId)],
);

/** Every decision about permission, in the order it was taken. */
export const auditEntries = pgTable("audit_entries", {
  id: uuid().primaryKey().defaultRandom(),
  at: time("at").notNull().defaultNow(),
  actor: text().notNull(),
  action: text().notNull(),
  subject: text().notNull(),
  detail: jsonb().notNull().default({}),
});
