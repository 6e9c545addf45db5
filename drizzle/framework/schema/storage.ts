import { bigint, pgTable, primaryKey, text, timestamp } from "drizzle-orm/pg-core";

const time = (name: string) => timestamp(name, { withTimezone: true });

/** Files in the content-addressed store. */
export const artifacts = pgTable("artifacts", {
  sha256: text().primaryKey(),
  sizeBytes: bigint("size_bytes", { mode: "number" }).notNull(),
  createdAt: time("created_at").notNull(),
});

/** Who brought or made a file: knowing a digest is no permission to read it. */
export const artifactOwners = pgTable(
  "artifact_owners",
  {
    sha256: text()
      .notNull()
      .references(() => artifacts.sha256),
    owner: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.sha256, t.owner] })],
);
