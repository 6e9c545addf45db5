import { proofSkewSeconds } from "#server/protocol/proof";

const seen = new Map<string, number>();
const keepMs = 2 * proofSkewSeconds * 1000;
let nextSweep = 0;

/**
 * True when this proof was used before. Kept in memory: a proof lives for seconds, and whatever must never happen twice
 * is decided in the database.
 */
export function isReplayed(id: string, jkt: string, now: Date): boolean {
  const at = now.getTime();
  if (at > nextSweep) {
    for (const [key, until] of seen) if (until < at) seen.delete(key);
    nextSweep = at + 5000;
  }
  const key = `${jkt}:${id}`;
  if ((seen.get(key) ?? 0) >= at) return true;
  seen.set(key, at + keepMs);
  return false;
}
