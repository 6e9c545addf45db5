import { sql } from "drizzle-orm";
import { index, integer, jsonb, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { AgreementDocument, AgreementProposal, OwnerDecision } from "#server/protocol/agreement";
import type { HostedRunRequest } from "#server/protocol/hosted-run";
import type { FormerKey, KeyChange } from "#server/protocol/key-change";
import type { PublicKey } from "#server/protocol/keys";
import type { OfferDocument } from "#server/protocol/offer";
import { hostAgreementStates, hostStates } from "#server/protocol/states";
import type { Usage } from "#server/protocol/usage";

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
  /** The hub may suspend a member; only our operator's own suspension is ours to lift. */
  suspendedByHubAt: time("suspended_by_hub_at"),
  /** Its certificate of the key to which letters are sealed, signed by the pinned key. */
  encryptionKey: text("encryption_key"),
  /** A change of its key that it announced, and whether our operator forbade it. */
  keyChange: jsonb("key_change").$type<KeyChange>(),
  /** Keys that it had before: they verify what was signed with them. */
  formerKeys: jsonb("former_keys").$type<FormerKey[]>().notNull().default([]),
});

/** Permissions that this framework signed for its own apps. Revoked by either signer is revoked for good. */
export const agreements = pgTable("agreements", {
  id: uuid().primaryKey(),
  app: text().notNull(),
  document: jsonb().$type<AgreementDocument>().notNull(),
  hostSignature: text("host_signature"),
  hubSignature: text("hub_signature"),
  /** What was asked, when a person decides about it. */
  proposal: jsonb().$type<AgreementProposal>(),
  state: text({ enum: hostAgreementStates }).notNull().default("ACTIVE"),
  runsUsed: integer("runs_used").notNull().default(0),
  /** Set aside for living attempts, and taken by ended ones. */
  reserved: jsonb().$type<Usage>().notNull().default({ cpuSeconds: 0, gpuSeconds: 0, outputBytes: 0 }),
  used: jsonb().$type<Usage>().notNull().default({ cpuSeconds: 0, gpuSeconds: 0, outputBytes: 0 }),
  reason: text(),
  /** The owner's word that the hub has not heard yet. */
  untoldDecision: jsonb("untold_decision").$type<OwnerDecision>(),
  createdAt: time("created_at").notNull(),
  decidedAt: time("decided_at"),
  decidedBy: text("decided_by"),
  revokedAt: time("revoked_at"),
});

/** The owner's policy for an app: what is signed at once or by a person, and how much at most for each user and in total. */
export const offers = pgTable("offers", {
  app: text().primaryKey(),
  document: jsonb().$type<OfferDocument>().notNull(),
  decidedBy: text("decided_by").notNull(),
  decidedAt: time("decided_at").notNull(),
});

/** Each time that this database was found to be older than what the cluster itself remembers; nothing starts until it is settled. */
export const restores = pgTable("restores", {
  epoch: integer().primaryKey(),
  noticedAt: time("noticed_at").notNull(),
  /** What showed it: the audit entry that others hold and this database does not. */
  evidence: jsonb().$type<Record<string, unknown>>().notNull(),
  settledAt: time("settled_at"),
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
    state: text({ enum: hostStates }).notNull().default("RECEIVED"),
    outcome: text(),
    reason: text(),
    exitCode: integer("exit_code"),
    receipt: text(),
    seq: integer().notNull(),
    reserved: jsonb().$type<Usage>().notNull().default({ cpuSeconds: 0, gpuSeconds: 0, outputBytes: 0 }),
    /** Until when home said that it is still interested. */
    leaseUntil: time("lease_until"),
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
