import type { Db } from "#server/db/connect";
import { insertEntry } from "./audit.repo";
import type { AuditEntry } from "./entry";

/** Notes a decision about permission; give it the transaction of the decision itself. Its place in the chain comes later. */
export async function recordEntry(db: Db, at: Date, entry: AuditEntry): Promise<void> {
  await insertEntry(db, at, entry);
}
