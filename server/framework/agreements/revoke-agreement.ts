import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import { failpoint } from "#server/failpoint";
import { type FrameworkContext, within } from "../context";
import { countHostedRunsOf, endHostedRunsOf } from "../hosting/end-hosted-runs";
import { untoldAfter } from "./agreement";
import { lockAgreement, selectAgreement, selectRevocable, updateAgreement } from "./agreements.repo";

const patienceMs = 6000;
const lookMs = 100;

type Revocation = { by: string; id: string; isOwners: boolean; proof?: Record<string, unknown> };

/**
 * Writes that an agreement is over for good and ends what lives under it, as its document says: from this record on
 * nothing starts. The hub is to be told what the owner did; its own word it knows.
 */
export async function recordRevocation(ctx: FrameworkContext, revocation: Revocation): Promise<void> {
  const { by, id, isOwners, proof } = revocation;
  await ctx.db.transaction(async (db) => {
    const agreement = await lockAgreement(db, id);
    if (!agreement) throw new KrdcError("not_found", "agreement.not_found");
    if (agreement.state === "REVOKED" || agreement.state === "REJECTED") return;
    await updateAgreement(db, id, {
      state: "REVOKED",
      reason: null,
      revokedAt: ctx.now(),
      decidedAt: ctx.now(),
      decidedBy: by,
      untoldDecision: isOwners ? untoldAfter(agreement.untoldDecision, { decision: "revoked" }) : null,
    });
    const entry = { actor: by, action: "agreement.revoked", subject: `agreement:${id}`, detail: proof ?? {} };
    await recordEntry(db, ctx.now(), entry);
    await endHostedRunsOf(within(ctx, db), id, agreement.document.onRevoke);
    failpoint("host.revoke.before-commit");
  });
  failpoint("host.revoke.after-commit");
}

/** True once nothing lives under the agreement; what ends within its grace is waited for. */
async function isQuiet(ctx: FrameworkContext, id: string): Promise<boolean> {
  const until = Date.now() + patienceMs;
  for (;;) {
    if ((await countHostedRunsOf(ctx, id)) === 0) return true;
    if (Date.now() >= until) return false;
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}

/** What a revocation has come to: REVOKED is said only when nothing runs any more, REVOKING means that one asks again. */
export async function awaitRevoked(ctx: FrameworkContext, id: string): Promise<{ state: "REVOKED" | "REVOKING" }> {
  const agreement = await selectAgreement(ctx.db, id);
  if (!agreement) throw new KrdcError("not_found", "agreement.not_found");
  // What the owner lets run to its end takes as long as it takes.
  if (agreement.document.onRevoke === "kill") await isQuiet(ctx, id);
  return { state: (await countHostedRunsOf(ctx, id)) === 0 ? "REVOKED" : "REVOKING" };
}

/** Through the portal: narrowing is the hub's too. */
export async function revokeAgreement(ctx: FrameworkContext, by: string, id: string) {
  await recordRevocation(ctx, { by, id, isOwners: false });
  return awaitRevoked(ctx, id);
}

/** Everything among these that still stands is over, by the hub's signed word. */
export async function revokeListed(ctx: FrameworkContext, ids: string[]): Promise<void> {
  for (const id of await selectRevocable(ctx.db, ids)) await recordRevocation(ctx, { by: "hub", id, isOwners: false });
}
