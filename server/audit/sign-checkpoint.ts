import type { Db } from "#server/db/connect";
import { insertCheckpoint, type StoredCheckpoint, selectHead, selectNewestCheckpoint } from "./audit.repo";
import { type OwnChain, signHead } from "./checkpoint";

/** Whoever holds one of these notices a chain that is rewritten later; more often costs, less often leaves more unwitnessed. */
export const checkpointMs = 60_000;

type When = { now: Date; minAgeMs: number };

/** Our newest checkpoint: a new one when entries came since the last and that one is old enough. Undefined before the first entry. */
export async function signCheckpoint(db: Db, owner: OwnChain, when: When): Promise<StoredCheckpoint | undefined> {
  const [head, newest] = [await selectHead(db), await selectNewestCheckpoint(db, owner.chain)];
  const isKnown = head === undefined || (newest !== undefined && newest.position >= head.position);
  const isEarly = newest !== undefined && when.now.getTime() - newest.at.getTime() < when.minAgeMs;
  if (isKnown || isEarly) return newest;
  const signature = await signHead(owner.signs, { chain: owner.chain, ...head, at: when.now.toISOString() });
  await insertCheckpoint(db, { chain: owner.chain, ...head, signature, at: when.now });
  return selectNewestCheckpoint(db, owner.chain);
}

/** Our newest checkpoint as others may have it. */
export const findCheckpoint = (db: Db, chain: string): Promise<StoredCheckpoint | undefined> =>
  selectNewestCheckpoint(db, chain);
