import { bigserial, boolean, index, integer, jsonb, pgEnum, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { Bilingual } from "#server/graph/text";
import type { Heartbeat } from "#server/protocol/framework-api";
import type { FormerKey, KeyChange } from "#server/protocol/key-change";
import type { PublicKey } from "#server/protocol/keys";
import { clusterStates } from "#server/protocol/states";

const time = (name: string) => timestamp(name, { withTimezone: true });

export const clusterState = pgEnum("cluster_state", clusterStates);

/** One member cluster: who operates it, which key it proved, when it was last heard. */
export const clusters = pgTable("clusters", {
  name: text().primaryKey(),
  title: jsonb().$type<Bilingual>().notNull(),
  state: clusterState().notNull().default("INVITED"),
  key: jsonb().$type<PublicKey>(),
  jkt: text().unique(),
  gateway: text(),
  joinTokenHash: text("join_token_hash").unique(),
  joinTokenExpiresAt: time("join_token_expires_at"),
  isApprovedByOperator: boolean("is_approved_by_operator").notNull().default(false),
  isApprovedByHub: boolean("is_approved_by_hub").notNull().default(false),
  fingerprintTries: integer("fingerprint_tries").notNull().default(0),
  heartbeat: jsonb().$type<Heartbeat>(),
  heartbeatAt: time("heartbeat_at"),
  invitedBy: uuid("invited_by"),
  suspendedReason: text("suspended_reason"),
  /** Its certificate of the key to which its peers seal letters, signed by its identity key. */
  encryptionKey: text("encryption_key"),
  /** A change of its key that it announced, and whether an operator of the hub forbade it. */
  keyChange: jsonb("key_change").$type<KeyChange>(),
  /** Keys that it had before: they verify what was signed with them, and open nothing. */
  formerKeys: jsonb("former_keys").$type<FormerKey[]>().notNull().default([]),
  createdAt: time("created_at").notNull().defaultNow(),
});

/** Sealed letters between frameworks of which neither can dial the other; the hub reads none and forgets them when they were taken. */
export const letters = pgTable(
  "letters",
  {
    seq: bigserial({ mode: "number" }).primaryKey(),
    id: uuid().notNull().unique(),
    from: text().notNull(),
    to: text().notNull(),
    sealed: text().notNull(),
    createdAt: time("created_at").notNull(),
    expiresAt: time("expires_at").notNull(),
  },
  (t) => [index("letters_of_recipient").on(t.to, t.seq)],
);
