import type { Db } from "#server/db/connect";
import { KrdcError } from "#server/errors";
import type { Checkpoint } from "#server/protocol/audit";
import { hasEntry, insertCheckpoint, insertEntry, selectCheckpoint, selectNewestCheckpoint } from "./audit.repo";
import { type ChainOwner, heldNameOf, readCheckpoint } from "./checkpoint";

/** What is held of a chain now: its owner's own signed word, which shows it that its database was set back. */
export type Held = { position: number; held?: string };

/** Notes once what a chain showed that cannot be true together with what it showed before. */
async function noteFork(db: Db, now: Date, told: Checkpoint, known: { position: number; hash: string }) {
  const detail = { position: told.position, hash: told.hash, known: { position: known.position, hash: known.hash } };
  const entry = { actor: told.chain, action: "audit.fork_seen", subject: `audit:${told.chain}`, detail };
  if (!(await hasEntry(db, entry))) await insertEntry(db, now, entry);
}

/**
 * Keeps the checkpoint of another chain. A chain only grows: one that comes back shorter, or with another hash at a
 * place that we know, was rewritten or restored, is refused and noted. The same word twice is no news. Whatever more we
 * hold of it goes back to its owner.
 */
export async function acceptCheckpoint(db: Db, now: Date, from: ChainOwner, jws: string): Promise<Held> {
  const told = await readCheckpoint(from, jws);
  const { position, hash } = told;
  const chain = heldNameOf(from);
  const newest = await selectNewestCheckpoint(db, chain);
  const same = await selectCheckpoint(db, chain, position);
  const contradicted = same ?? (newest && newest.position > position ? newest : undefined);
  if (!contradicted) {
    if (await insertCheckpoint(db, { chain, position, hash, signature: jws, at: new Date(told.at) }))
      return { position };
    // Another call brought one of this place meanwhile; now it is known.
    return acceptCheckpoint(db, now, from, jws);
  }
  const held = (newest && newest.position > position ? newest : contradicted).signature;
  if (same?.hash === hash) return { position, held };
  await noteFork(db, now, told, contradicted);
  throw new KrdcError("conflict", "audit.fork", { detail: { chain: told.chain, position, held } });
}
