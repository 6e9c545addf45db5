import type { Db } from "#server/db/connect";
import { type Head, insertEntry, selectHead, selectUnchained, updateChained } from "./audit.repo";
import { type AuditEntry, hashOf } from "./entry";

const many = 1_000_000;

/**
 * After entries were lost the chain goes on behind the last place that it is known to have had, with this entry; where it
 * has gone on meanwhile without noticing, the entry takes its place like any other. Call in a transaction that holds the chain.
 */
export async function continueChain(db: Db, at: Date, entry: AuditEntry, lost: Head): Promise<void> {
  const head = await selectHead(db);
  const id = await insertEntry(db, at, entry);
  if (head && head.position >= lost.position) return;
  const stored = (await selectUnchained(db, many)).find((one) => one.id === id);
  if (!stored) throw new TypeError("an entry that was just written has no place yet");
  const position = lost.position + 1;
  await updateChained(db, [{ id, position, hash: hashOf(lost.hash, position, stored) }]);
}
