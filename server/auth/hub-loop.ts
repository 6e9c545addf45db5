import { hubDb } from "#server/db/hub";
import { deliverRequests } from "#server/hub/agreements/deliver-requests";
import { settleRevocations } from "#server/hub/agreements/settle-revocations";
import { chainAudit } from "#server/hub/audit/chain-audit";
import { settleKeyChanges } from "#server/hub/keys/settle-key-changes";
import { sweepLetters } from "#server/hub/mailbox/sweep-letters";
import { sweepProofs } from "#server/hub/proofs/sweep-proofs";
import { settleSubmissions } from "#server/hub/runs/settle-submissions";
import { log } from "#server/log";
import { allowLongBodies } from "./api/allow-long-bodies";
import { hubNow, theHub } from "./hub";

const everyMs = 5000;
const chainMs = 1000;
const kept = globalThis as typeof globalThis & { krdcHubLoop?: NodeJS.Timeout };
let isTurning = false;

async function turn(): Promise<void> {
  if (isTurning) return;
  isTurning = true;
  const ctx = { db: hubDb(), now: hubNow, user: undefined, log, hub: theHub() };
  try {
    await sweepLetters(ctx.db, ctx.now());
    await settleRevocations(ctx);
    await deliverRequests(ctx);
    await settleSubmissions(ctx);
    await settleKeyChanges(ctx);
    await sweepProofs(ctx.db, ctx.now());
  } catch (error) {
    log.warn({ reason: error instanceof Error ? error.message : String(error) }, "the hub's loop will try again");
  } finally {
    isTurning = false;
  }
}

let isChaining = false;

/** The audit chain keeps its own short beat: no gateway that is away may hold it up. */
async function chain(): Promise<void> {
  if (isChaining) return;
  isChaining = true;
  try {
    await chainAudit({ db: hubDb(), now: hubNow, user: undefined, log, hub: theHub() });
  } catch (error) {
    log.warn({ reason: error instanceof Error ? error.message : String(error) }, "the audit chain waits");
  } finally {
    isChaining = false;
  }
}

/** What was left unfinished by a gateway that was away or a portal that died is taken up again, from the first call on. */
export function startHubLoop(): void {
  if (kept.krdcHubLoop) return;
  allowLongBodies();
  kept.krdcHubLoop = setInterval(turn, everyMs);
  kept.krdcHubLoop.unref();
  setInterval(chain, chainMs).unref();
}
