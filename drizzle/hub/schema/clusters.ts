import { boolean, integer, jsonb, pgEnum, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { Bilingual } from "#server/graph/text";
import type { Heartbeat } from "#server/protocol/framework-api";
import type { PublicKey } from "#server/protocol/keys";

const time = (name: string) => timestamp(name, { withTimezone: true });

export const clusterState = pgEnum("cluster_state", ["INVITED", "PENDING", "ACTIVE", "SUSPENDED"]);

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
  createdAt: time("created_at").notNull().defaultNow(),
});
