import { bigserial, index, integer, jsonb, pgEnum, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { Bilingual } from "#server/graph/text";
import { clusters } from "./clusters";
import { members } from "./members";

const time = (name: string) => timestamp(name, { withTimezone: true });

export const runSummaryState = pgEnum("run_summary_state", [
  "SUBMITTING",
  "QUEUED",
  "RUNNING",
  "SUCCEEDED",
  "FAILED",
  "CANCELLED",
  "REFUSED",
]);

/** What the hub remembers of a run; the truth lives at its home framework. */
export const runs = pgTable(
  "runs",
  {
    id: uuid().primaryKey(),
    number: bigserial({ mode: "number" }).notNull().unique(),
    memberId: uuid("member_id")
      .notNull()
      .references(() => members.id),
    home: text()
      .notNull()
      .references(() => clusters.name),
    title: jsonb().$type<Bilingual>().notNull(),
    workflowId: uuid("workflow_id"),
    workflowDigest: text("workflow_digest").notNull(),
    clusters: text().array().notNull(),
    apps: text().array().notNull(),
    state: runSummaryState().notNull().default("SUBMITTING"),
    seq: integer().notNull().default(0),
    stepsDone: integer("steps_done").notNull().default(0),
    stepsTotal: integer("steps_total").notNull(),
    createdAt: time("created_at").notNull().defaultNow(),
    startedAt: time("started_at"),
    endedAt: time("ended_at"),
    /** Why the home framework never took it (state REFUSED), or does not know it any more. */
    refusal: text(),
  },
  (t) => [
    index("runs_of_member").on(t.memberId, t.number),
    index("runs_by_time").on(t.createdAt),
    index("runs_by_app").using("gin", t.apps),
  ],
);
