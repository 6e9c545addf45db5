import { hubDb } from "#server/db/hub";
import { settleRevocations } from "#server/hub/agreements/settle-revocations";
import { sweepProofs } from "#server/hub/proofs/sweep-proofs";
import { settleSubmissions } from "#server/hub/runs/settle-submissions";
import { log } from "#server/log";
import { theHub } from "./hub";

const everyMs = 5000;
const kept = globalThis as typeof globalThis & { krdcHubLoop?: NodeJS.Timeout };
let isTurning = false;

async function turn(): Promise<void> {
  if (isTurning) return;
  isTurning = true;
  const ctx = { db: hubDb(), now: () => new Date(), user: undefined, log, hub: theHub() };
  try {
    await settleRevocations(ctx);
    await settleSubmissions(ctx);
    await sweepProofs(ctx.db, ctx.now());
  } catch (error) {
    log.warn({ reason: error instanceof Error ? error.message : String(error) }, "the hub's loop will try again");
  } finally {
    isTurning = false;
  }
}

/** What was left unfinished by a gateway that was away or a portal that died is taken up again, from the first call on. */
export function startHubLoop(): void {
  if (kept.krdcHubLoop) return;
  kept.krdcHubLoop = setInterval(turn, everyMs);
  kept.krdcHubLoop.unref();
}
