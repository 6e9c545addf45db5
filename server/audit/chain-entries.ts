import type { Db } from "#server/db/connect";
import { hasUnchained, lockChain, selectHead, selectUnchained, updateChained } from "./audit.repo";
import { hashOf, origin } from "./entry";

const batch = 500;

/** Chains at most one batch, so that no transaction grows with what piled up. */
async function chainBatch(db: Db): Promise<number> {
  return db.transaction(async (tx) => {
    await lockChain(tx);
    const head = await selectHead(tx);
    let position = head?.position ?? 0;
    let hash = head?.hash ?? origin;
    const places = (await selectUnchained(tx, batch)).map((entry) => {
      position += 1;
      hash = hashOf(hash, position, entry);
      return { id: entry.id, position, hash };
    });
    if (places.length > 0) await updateChained(tx, places);
    return places.length;
  });
}

/**
 * Gives every committed entry its place in the chain and answers how many got one. An entry whose transaction ended late
 * comes later than others with a higher ordinal, and no decision ever waits for the chain.
 */
export async function chainEntries(db: Db): Promise<number> {
  let chained = 0;
  while (await hasUnchained(db)) {
    const count = await chainBatch(db);
    if (count === 0) break;
    chained += count;
  }
  return chained;
}
