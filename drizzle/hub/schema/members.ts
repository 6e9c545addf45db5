import { sql } from "drizzle-orm";
import { index, jsonb, pgTable, text, timestamp, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import type { Bilingual } from "#server/graph/text";

const time = (name: string) => timestamp(name, { withTimezone: true });

/** Institutes and groups that people belong to. */
export const organizations = pgTable("organizations", {
  id: text().primaryKey(),
  name: jsonb().$type<Bilingual>().notNull(),
  createdAt: time("created_at").notNull().defaultNow(),
});

/** One person as the identity provider names them; `pseudonym` is all that clusters ever see of the account. */
export const members = pgTable(
  "members",
  {
    id: uuid().primaryKey().defaultRandom(),
    issuer: text().notNull(),
    subject: text().notNull(),
    account: text().notNull(),
    email: text(),
    name: jsonb().$type<Bilingual>().notNull(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id),
    roles: text().array().notNull().default(sql`'{}'::text[]`),
    pseudonym: text().notNull().unique(),
    disabledAt: time("disabled_at"),
    createdAt: time("created_at").notNull().defaultNow(),
  },
  (t) => [uniqueIndex("members_issuer_subject").on(t.issuer, t.subject)],
);

/** A signed-in browser: the cookie's id is kept only as its hash, tokens only encrypted. */
export const sessions = pgTable(
  "sessions",
  {
    id: uuid().primaryKey().defaultRandom(),
    tokenHash: text("token_hash").notNull().unique(),
    memberId: uuid("member_id")
      .notNull()
      .references(() => members.id, { onDelete: "cascade" }),
    sealedTokens: text("sealed_tokens"),
    userAgent: text("user_agent"),
    createdAt: time("created_at").notNull().defaultNow(),
    seenAt: time("seen_at").notNull().defaultNow(),
    expiresAt: time("expires_at").notNull(),
    revokedAt: time("revoked_at"),
  },
  (t) => [index("sessions_of_member").on(t.memberId)],
);

/** Keys for scripts, shown once and kept as a hash. */
export const apiTokens = pgTable(
  "api_tokens",
  {
    id: uuid().primaryKey().defaultRandom(),
    memberId: uuid("member_id")
      .notNull()
      .references(() => members.id, { onDelete: "cascade" }),
    name: text().notNull(),
    tokenHash: text("token_hash").notNull().unique(),
    createdAt: time("created_at").notNull().defaultNow(),
    expiresAt: time("expires_at").notNull(),
    lastUsedAt: time("last_used_at"),
    revokedAt: time("revoked_at"),
  },
  (t) => [index("api_tokens_of_member").on(t.memberId)],
);
