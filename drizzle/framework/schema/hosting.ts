import { sql } from "drizzle-orm";
import { index, integer, jsonb, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { AgreementDocument } from "#server/protocol/agreement";
import type { HostedRunRequest } from "#server/protocol/hosted-run";
import type { PublicKey } from "#server/protocol/keys";

const time = (name: string) => timestamp(name, { withTimezone: true });

/** Other frameworks whose keys this cluster's operator accepted; `eventSeq` numbers what we tell them, `cursor` what we heard. */
export const peers = pgTable("peers", {
  name: text().primaryKey(),
  jkt: text().notNull().unique(),
  key: jsonb().$type<PublicKey>().notNull(),
  gateway: text().notNull(),
  eventSeq: integer("event_seq").notNull().default(0),
  cursor: integer().notNull().default(0),
  acceptedAt: time("accepted_at").notNull(),
  suspendedAt: time("suspended_at"),
});

/** Permissions that this framework signed for its own apps. Revoked by either signer is revoked for good. */
export const agreements = pgTable("agreements", {
  id: uuid().primaryKey(),
  app: text().notNull(),
  document: jsonb().$type<AgreementDocument>().notNull(),
  hostSignature: text("host_signature").notNull(),
  hubSignature: text("hub_signature").notNull(),
  state: text({ enum: ["ACTIVE", "REVOKED"] })
    .notNull()
    .default("ACTIVE"),
  runsUsed: integer("runs_used").notNull().default(0),
  createdAt: time("created_at").notNull(),
  revokedAt: time("revoked_at"),
});

/** Grants that were redeemed here, so that none opens the door twice. */
export const redeemedGrants = pgTable("redeemed_grants", {
  jti: uuid().primaryKey(),
  home: text().notNull(),
  runKey: text("run_key").notNull(),
  attempt: integer().notNull(),
  redeemedAt: time("redeemed_at").notNull(),
});

/** The host's record of one remote attempt; it answers the same request the same way for ever. */
export const hostedRuns = pgTable(
  "hosted_runs",
  {
    home: text().notNull(),
    runKey: text("run_key").notNull(),
    attempt: integer().notNull(),
    request: jsonb().$type<HostedRunRequest>().notNull(),
    requestHash: text("request_hash").notNull(),
    grantId: uuid("grant_id").notNull(),
    agreementId: uuid("agreement_id")
      .notNull()
      .references(() => agreements.id),
    userPseudonym: text("user_pseudonym").notNull(),
    executionName: text("execution_name").notNull(),
    state: text().notNull().default("RECEIVED"),
    outcome: text(),
    reason: text(),
    exitCode: integer("exit_code"),
    receipt: text(),
    seq: integer().notNull(),
    createdAt: time("created_at").notNull(),
    startedAt: time("started_at"),
    endedAt: time("ended_at"),
    ackedAt: time("acked_at"),
  },
  (t) => [
    primaryKey({ columns: [t.home, t.runKey, t.attempt] }),
    index("hosted_runs_by_seq").on(t.home, t.seq),
    index("hosted_runs_live").on(t.agreementId).where(sql`${t.outcome} is null`),
  ],
);

/** Decisions about permission at this framework, in order. */
export const auditEntries = pgTable("audit_entries", {
  id: uuid().primaryKey().defaultRandom(),
  at: time("at").notNull(),
  actor: text().notNull(),
  action: text().notNull(),
  subject: text().notNull(),
  detail: jsonb().$type<Record<string, unknown>>().notNull().default({}),
});
