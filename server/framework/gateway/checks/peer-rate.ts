import { KrdcError } from "#server/errors";
import type { Check } from "../call";
import { proven } from "../call";

const perSecond = 1000;
const burst = 2000;

type Bucket = { tokens: number; at: number };
const buckets = new Map<string, Bucket>();

/** What is left of a peer's allowance after this call; below zero the call is one too many. Pure but for the bucket it is handed. */
export function takeToken(bucket: Bucket, nowMs: number): boolean {
  bucket.tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.at) / 1000) * perSecond);
  bucket.at = nowMs;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

/** No peer takes the gateway for itself: far more than honest work needs, and then it waits. */
export const peerRate: Check = async (call) => {
  // Only keys that our operator pinned come here, so the buckets stay few.
  const name = `${call.ctx.jkt}:${proven(call, "peer").jkt}`;
  const now = performance.now();
  const bucket = buckets.get(name) ?? { tokens: burst, at: now };
  buckets.set(name, bucket);
  if (!takeToken(bucket, now)) throw new KrdcError("too_many", "peer.too_many_calls", { detail: { seconds: 1 } });
  return undefined;
};
