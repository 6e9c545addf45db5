import { sql } from "drizzle-orm";
import { index, integer, jsonb, pgEnum, pgTable, text, timestamp, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import type { AgreementDocument } from "#server/protocol/agreement";
import { agreementStates } from "#server/protocol/states";
import { members } from "./members";

const time = (name: string) => timestamp(name, { withTimezone: true });

export const agreementState = pgEnum("agreement_state", agreementStates);

/** One user's durable permission for one app at its host, signed by the host framework and by the hub. */
export const agreements = pgTable(
  "agreements",
  {
    id: uuid().primaryKey().defaultRandom(),
    memberId: uuid("member_id")
      .notNull()
      .references(() => members.id),
    host: text().notNull(),
    app: text().notNull(),
    state: agreementState().notNull().default("REQUESTED"),
    document: jsonb().$type<AgreementDocument>().notNull(),
    hostSignature: text("host_signature"),
    hubSignature: text("hub_signature"),
    purpose: text().notNull().default(""),
    runsUsed: integer("runs_used").notNull().default(0),
    revokedBy: text("revoked_by"),
    /** When its host has taken the proposal in. */
    deliveredAt: time("delivered_at"),
    /** What its owner said when refusing. */
    refusal: text(),
    expiresAt: time("expires_at").notNull(),
    createdAt: time("created_at").notNull().defaultNow(),
    endedAt: time("ended_at"),
  },
  (t) => [
    uniqueIndex("agreements_one_open_per_member_and_app")
      .on(t.memberId, t.host, t.app)
      .where(sql`${t.state} in ('REQUESTED','APPROVED','ACTIVE','SUSPENDED')`),
    index("agreements_of_host").on(t.host),
  ],
);
