import { consentEnded } from "#server/protocol/consent";
import type { Reason } from "#server/protocol/run-view";
import { type FrameworkContext, within } from "../context";
import { awaitsConsent, type RemoteAttempt } from "../exchange/remote-attempt";
import { moveRemote } from "../exchange/settle-remote";
import { noteAttempts } from "../orchestrator/settle-attempt";
import { holdUnsent, selectIsHeld } from "./consent.repo";

/** No host has it: whoever refused would have answered a call that it knows. */
const isUnsent = (row: RemoteAttempt) => row.state === "WAITING_GRANT" || row.state === "SUBMITTING";

function restOne(ctx: FrameworkContext, row: RemoteAttempt, waiting: Reason) {
  return moveRemote(ctx, row, (live) => {
    if (!isUnsent(live) || live.cancelRequestedAt) return undefined;
    return { state: "WAITING_GRANT", grant: null, grantExpiresAt: null, unreachableSince: null, waiting };
  });
}

/**
 * The hub or a host says that the run's consent has run out: this attempt and everything else of the run that was not sent
 * rests, and the hub is not asked about each. False when the attempt is past that or is to be cancelled.
 */
export async function holdForConsent(ctx: FrameworkContext, row: RemoteAttempt, waiting: Reason): Promise<boolean> {
  const held = await restOne(ctx, row, waiting);
  if (!held || !awaitsConsent(held)) return false;
  await ctx.db.transaction(async (db) => {
    const change = { state: "WAITING_CONSENT" as const, reason: waiting };
    if (await noteAttempts(within(ctx, db), row.runId, "WAITING_GRANT", change))
      await holdUnsent(db, row.runId, waiting);
  });
  return true;
}

/** Whether this attempt rests; one that began after its run's consent had run out joins the others unasked. */
export async function restsForConsent(ctx: FrameworkContext, row: RemoteAttempt): Promise<boolean> {
  if (awaitsConsent(row)) return true;
  if (row.state !== "WAITING_GRANT" || !(await selectIsHeld(ctx.db, row.runId))) return false;
  const held = await restOne(ctx, row, { code: consentEnded, detail: { host: row.host } });
  return held !== undefined && awaitsConsent(held);
}
