import { sql } from "drizzle-orm";
import { index, jsonb, pgTable, primaryKey, text, timestamp } from "drizzle-orm/pg-core";
import type { AppVersion } from "#server/graph/app";
import { clusters } from "./clusters";

const time = (name: string) => timestamp(name, { withTimezone: true });

/** One immutable published version; `document` is all that the market shows of it. */
export const appVersions = pgTable(
  "app_versions",
  {
    cluster: text()
      .notNull()
      .references(() => clusters.name),
    name: text().notNull(),
    version: text().notNull(),
    digest: text().notNull(),
    document: jsonb().$type<AppVersion>().notNull(),
    publishedAt: time("published_at").notNull(),
    withdrawnAt: time("withdrawn_at"),
  },
  (t) => [
    primaryKey({ columns: [t.cluster, t.name, t.version] }),
    index("app_versions_by_digest").on(t.cluster, t.name, t.digest),
  ],
);

/** One app as the market lists it: its newest version, and the bigrams by which two Korean syllables are found at once. */
export const listings = pgTable(
  "listings",
  {
    cluster: text().notNull(),
    name: text().notNull(),
    version: text().notNull(),
    field: text().notNull(),
    licence: text().notNull(),
    remote: text().notNull(),
    inputTypes: text("input_types").array().notNull().default(sql`'{}'::text[]`),
    searchText: text("search_text").notNull(),
    bigrams: text().array().notNull(),
    updatedAt: time("updated_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.cluster, t.name] }), index("listings_bigrams").using("gin", t.bigrams)],
);
