import type { Db } from "#server/db/connect";
import { type AuditEntry, insertEntry } from "./audit.repo";

/** Notes a decision about permission; give it the transaction of the decision itself. */
export const recordEntry = (db: Db, at: Date, entry: AuditEntry): Promise<void> => insertEntry(db, at, entry);
