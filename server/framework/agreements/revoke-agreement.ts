import { KrdcError } from "#server/errors";
import { type FrameworkContext, within } from "../context";
import { endHostedRunsOf } from "../hosting/end-hosted-runs";
import { insertAudit, lockAgreement, updateRevoked } from "./agreements.repo";

/** Ends an agreement for good and everything that runs under it; answers once the record stands, so that nothing starts after. */
export async function revokeAgreement(ctx: FrameworkContext, actor: string, id: string): Promise<{ state: "REVOKED" }> {
  await ctx.db.transaction(async (db) => {
    const agreement = await lockAgreement(db, id);
    if (!agreement) throw new KrdcError("not_found", "agreement.not_found");
    if (agreement.state === "REVOKED") return;
    await updateRevoked(db, id, ctx.now());
    await insertAudit(db, { at: ctx.now(), actor, action: "agreement.revoked", subject: `agreement:${id}` });
    if (agreement.document.onRevoke === "kill") await endHostedRunsOf(within(ctx, db), id);
  });
  return { state: "REVOKED" };
}
