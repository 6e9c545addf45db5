import { sql } from "drizzle-orm";
import { index, integer, jsonb, pgEnum, pgTable, text, timestamp, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import type { AppVersion } from "#server/graph/app";
import type { Reason } from "#server/protocol/run-view";

const time = (name: string) => timestamp(name, { withTimezone: true });

export const imageState = pgEnum("image_state", ["READY", "PUBLISHED", "WITHDRAWN"]);

/** One built app version of this cluster; for the process runtime the image is a content-addressed folder. */
export const images = pgTable(
  "images",
  {
    digest: text().primaryKey(),
    name: text().notNull(),
    version: text().notNull(),
    document: jsonb().$type<AppVersion>().notNull(),
    command: text().array().notNull(),
    sourceSha256: text("source_sha256").notNull(),
    state: imageState().notNull().default("READY"),
    builtBy: text("built_by").notNull(),
    createdAt: time("created_at").notNull(),
    publishedAt: time("published_at"),
  },
  (t) => [uniqueIndex("images_one_per_version").on(t.name, t.version)],
);

export const buildState = pgEnum("build_state", ["QUEUED", "BUILDING", "PROBING", "READY", "FAILED"]);

/** One attempt to make an image from sources. */
export const builds = pgTable(
  "builds",
  {
    id: uuid().primaryKey().defaultRandom(),
    builtBy: text("built_by").notNull(),
    sourceSha256: text("source_sha256").notNull(),
    state: buildState().notNull().default("QUEUED"),
    digest: text(),
    reason: jsonb().$type<Reason>(),
    createdAt: time("created_at").notNull(),
    endedAt: time("ended_at"),
    wakeAt: time("wake_at"),
    fence: integer().notNull().default(0),
    leaseUntil: time("lease_until"),
  },
  (t) => [index("builds_awake").on(t.wakeAt).where(sql`${t.wakeAt} is not null`)],
);
