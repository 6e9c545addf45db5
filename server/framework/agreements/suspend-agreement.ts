import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import { type FrameworkContext, within } from "../context";
import { wakeHostedRuns } from "../hosting/wake-hosted-runs";
import { suspendersOf, suspensionAfter } from "./agreement";
import { lockAgreement, selectAgreement, selectSuspendable, updateAgreement } from "./agreements.repo";

type HubWord = { id: string; isSuspended: boolean; by: string; askedAt?: Date };

/** The hub's own suspension of one agreement, beside the owner's: what one of them did the other does not lift. */
async function setHubSuspension(ctx: FrameworkContext, { id, isSuspended, by, askedAt }: HubWord): Promise<void> {
  await ctx.db.transaction(async (db) => {
    const agreement = await lockAgreement(db, id);
    if (!agreement) throw new KrdcError("not_found", "agreement.not_found");
    // Word that was asked for before the suspension was pushed says nothing about it.
    if (!isSuspended && askedAt && agreement.decidedAt && agreement.decidedAt >= askedAt) return;
    const change = suspensionAfter(agreement, "hub", isSuspended);
    if (!change) return;
    await updateAgreement(db, id, { ...change, decidedAt: ctx.now(), decidedBy: by });
    const action = isSuspended ? "agreement.suspended" : "agreement.resumed";
    await recordEntry(db, ctx.now(), { actor: by, action, subject: `agreement:${id}` });
    if (change.state === "ACTIVE") await wakeHostedRuns(within(ctx, db), { agreementId: id });
  });
}

/** Through the portal: nothing new begins until the hub's list leaves it out again. */
export async function suspendForHub(ctx: FrameworkContext, by: string, id: string): Promise<{ state: string }> {
  await setHubSuspension(ctx, { id, isSuspended: true, by });
  return { state: (await selectAgreement(ctx.db, id))?.state ?? "SUSPENDED" };
}

/** Follows the hub's signed list: suspends what stands on it, and lifts what only the hub had suspended and it names no more. */
export async function followHubSuspensions(ctx: FrameworkContext, ids: string[], askedAt: Date): Promise<void> {
  const listed = new Set(ids);
  for (const agreement of await selectSuspendable(ctx.db, ids)) {
    const isSuspended = listed.has(agreement.id);
    if (suspendersOf(agreement).includes("hub") === isSuspended) continue;
    await setHubSuspension(ctx, { id: agreement.id, isSuspended, by: "hub", askedAt });
  }
}
