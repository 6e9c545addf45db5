import { and, eq, sql } from "drizzle-orm";
import { agreements, auditEntries } from "#drizzle/framework/schema/hosting";
import type { Db } from "#server/db/connect";

export type Agreement = typeof agreements.$inferSelect;

export async function insertAgreement(db: Db, row: typeof agreements.$inferInsert): Promise<void> {
  await db.insert(agreements).values(row).onConflictDoNothing();
}

export async function selectAgreement(db: Db, id: string): Promise<Agreement | undefined> {
  const [row] = await db.select().from(agreements).where(eq(agreements.id, id));
  return row;
}

/** Everything that depends on an agreement takes its lock first, before runs and peers. */
export async function lockAgreement(db: Db, id: string): Promise<Agreement | undefined> {
  const [row] = await db.select().from(agreements).where(eq(agreements.id, id)).for("update");
  return row;
}

export async function countUse(db: Db, id: string): Promise<void> {
  await db
    .update(agreements)
    .set({ runsUsed: sql`${agreements.runsUsed} + 1` })
    .where(eq(agreements.id, id));
}

/** Revoked by either signer is revoked for good. */
export async function updateRevoked(db: Db, id: string, now: Date): Promise<void> {
  await db
    .update(agreements)
    .set({ state: "REVOKED", revokedAt: now })
    .where(and(eq(agreements.id, id), eq(agreements.state, "ACTIVE")));
}

/** One line of the framework's record of decisions. */
export async function insertAudit(db: Db, entry: typeof auditEntries.$inferInsert): Promise<void> {
  await db.insert(auditEntries).values(entry);
}
