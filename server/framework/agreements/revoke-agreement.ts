import { KrdcError } from "#server/errors";
import { type FrameworkContext, within } from "../context";
import { countHostedRunsOf, endHostedRunsOf } from "../hosting/end-hosted-runs";
import { insertAudit, lockAgreement, selectAgreement, updateRevoked } from "./agreements.repo";

const patienceMs = 6000;
const lookMs = 100;

/** True once nothing lives under the agreement; what ends within its grace is waited for. */
async function isQuiet(ctx: FrameworkContext, id: string): Promise<boolean> {
  const until = Date.now() + patienceMs;
  for (;;) {
    if ((await countHostedRunsOf(ctx, id)) === 0) return true;
    if (Date.now() >= until) return false;
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}

/**
 * Ends an agreement for good and everything that runs under it. From the record on nothing starts; REVOKED is said only
 * when nothing runs any more, REVOKING means that the caller must ask again.
 */
export async function revokeAgreement(
  ctx: FrameworkContext,
  actor: string,
  id: string,
): Promise<{ state: "REVOKED" | "REVOKING" }> {
  await ctx.db.transaction(async (db) => {
    const agreement = await lockAgreement(db, id);
    if (!agreement) throw new KrdcError("not_found", "agreement.not_found");
    if (agreement.state === "REVOKED") return;
    await updateRevoked(db, id, ctx.now());
    await insertAudit(db, { at: ctx.now(), actor, action: "agreement.revoked", subject: `agreement:${id}` });
    if (agreement.document.onRevoke === "kill") await endHostedRunsOf(within(ctx, db), id);
  });
  const document = (await selectAgreement(ctx.db, id))?.document;
  // Where the owner lets runs end by themselves, the record alone is the answer.
  return { state: document?.onRevoke !== "kill" || (await isQuiet(ctx, id)) ? "REVOKED" : "REVOKING" };
}
