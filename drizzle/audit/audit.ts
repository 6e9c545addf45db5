import { sql } from "drizzle-orm";
import { bigint, bigserial, index, jsonb, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";

const time = (name: string) => timestamp(name, { withTimezone: true });

/** Every decision about permission. A sequencer gives committed rows their place in the hash chain. */
export const auditEntries = pgTable(
  "audit_entries",
  {
    id: uuid().primaryKey().defaultRandom(),
    ordinal: bigserial({ mode: "number" }).notNull(),
    at: time("at").notNull(),
    actor: text().notNull(),
    action: text().notNull(),
    subject: text().notNull(),
    detail: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    /** Place in the chain and SHA-256 over the entry and the hash before it; null until chained. */
    position: bigint({ mode: "number" }).unique(),
    hash: text(),
  },
  (t) => [index("audit_entries_unchained").on(t.ordinal).where(sql`${t.position} is null`)],
);

/** Signed heads of our own chain, and those that others gave us of theirs. */
export const auditCheckpoints = pgTable(
  "audit_checkpoints",
  {
    chain: text().notNull(),
    position: bigint({ mode: "number" }).notNull(),
    hash: text().notNull(),
    signature: text().notNull(),
    at: time("at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.chain, t.position] })],
);
