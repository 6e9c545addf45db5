import { auditEntries } from "#drizzle/hub/schema/grants";
import type { Db } from "#server/db/connect";

export type AuditEntry = { actor: string; action: string; subject: string; detail?: Record<string, unknown> };

export async function insertEntry(db: Db, at: Date, entry: AuditEntry): Promise<void> {
  await db.insert(auditEntries).values({ at, ...entry });
}
