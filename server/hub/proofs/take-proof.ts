import type { Db } from "#server/db/connect";
import { insertProof } from "./proofs.repo";

/** Longer than twice the skew that proofs may have, so that a forgotten one is refused by its time. */
const keptMs = 120_000;

/** Takes a proof's id once; false when it was taken before, also by another process of the portal. */
export const takeProof = (db: Db, id: string, now: Date): Promise<boolean> =>
  insertProof(db, id, new Date(now.getTime() + keptMs));
