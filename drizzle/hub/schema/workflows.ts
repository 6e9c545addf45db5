import { boolean, index, integer, jsonb, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { Workflow } from "#server/graph/workflow";
import { members } from "./members";

const time = (name: string) => timestamp(name, { withTimezone: true });

/** A workflow with its living draft; `revision` rises with each save, so that two editors notice each other. */
export const workflows = pgTable(
  "workflows",
  {
    id: uuid().primaryKey().defaultRandom(),
    ownerId: uuid("owner_id")
      .notNull()
      .references(() => members.id),
    draft: jsonb().$type<Workflow>().notNull(),
    revision: integer().notNull().default(1),
    searchText: text("search_text").notNull(),
    /** Every member may read and copy a template. */
    isTemplate: boolean("is_template").notNull().default(false),
    createdAt: time("created_at").notNull().defaultNow(),
    updatedAt: time("updated_at").notNull().defaultNow(),
    deletedAt: time("deleted_at"),
  },
  (t) => [index("workflows_by_owner").on(t.ownerId, t.updatedAt)],
);

/** A published version: pinned apps, never changed again. */
export const workflowVersions = pgTable(
  "workflow_versions",
  {
    workflowId: uuid("workflow_id")
      .notNull()
      .references(() => workflows.id),
    version: integer().notNull(),
    document: jsonb().$type<Workflow>().notNull(),
    digest: text().notNull(),
    publishedBy: uuid("published_by").notNull(),
    publishedAt: time("published_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.workflowId, t.version] })],
);
