import { index, pgTable, text, timestamp } from "drizzle-orm/pg-core";

/** Proofs taken within their window, so that none is good twice; old rows are swept. */
export const usedProofs = pgTable(
  "used_proofs",
  { id: text().primaryKey(), forgetAt: timestamp("forget_at", { withTimezone: true }).notNull() },
  (t) => [index("used_proofs_by_time").on(t.forgetAt)],
);
