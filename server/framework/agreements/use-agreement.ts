import { KrdcError } from "#server/errors";
import { hostSignatureType } from "#server/protocol/agreement";
import { canonicalJson } from "#server/protocol/canonical";
import { publicPart } from "#server/protocol/keys";
import { readSignedDocument } from "#server/protocol/signed-document";
import type { FrameworkContext } from "../context";
import { refusalOfUse } from "./agreement";
import { type Agreement, countUse, insertAudit, lockAgreement, selectAgreement } from "./agreements.repo";
import { verifyHubSignature } from "./sign-agreement";

/** `isCounted`: an earlier attempt of the same step run has taken its share of the budget already. */
export type Use = { user: string; app: string; digest: string; live: number; isCounted: boolean };

async function verifyBothSignatures(ctx: FrameworkContext, agreement: Agreement): Promise<void> {
  await verifyHubSignature(ctx, agreement.document, agreement.hubSignature);
  const own = await readSignedDocument(publicPart(ctx.key), hostSignatureType, agreement.hostSignature);
  if (canonicalJson(own) !== canonicalJson(agreement.document))
    throw new KrdcError("unauthenticated", "signature.invalid");
}

/** Ends by itself when another run does: home asks again instead of giving the attempt up. */
const isPassing = (refusal: string) => refusal === "agreement.too_many_at_once";

function refuseUnless(agreement: Agreement | undefined, use: Use, now: Date): Agreement {
  if (!agreement) throw new KrdcError("forbidden", "agreement.missing");
  const refusal = refusalOfUse(agreement, use, now);
  if (refusal)
    throw new KrdcError(isPassing(refusal) ? "too_many" : "forbidden", refusal, { detail: { app: use.app } });
  return agreement;
}

/** Both signatures and the agreement's own terms, before anything is asked of the hub. */
export async function checkAgreement(ctx: FrameworkContext, id: string, use: Use): Promise<void> {
  const agreement = refuseUnless(await selectAgreement(ctx.db, id), use, ctx.now());
  await verifyBothSignatures(ctx, agreement);
}

/** Whether something may still begin under this agreement; its lock is kept for the caller's transaction. */
export async function isAgreementAlive(ctx: FrameworkContext, id: string): Promise<boolean> {
  const agreement = await lockAgreement(ctx.db, id);
  return agreement?.state === "ACTIVE" && Date.parse(agreement.document.expires) > ctx.now().getTime();
}

/** Takes the agreement's lock for the caller's transaction. */
export async function holdAgreement(ctx: FrameworkContext, id: string): Promise<void> {
  await lockAgreement(ctx.db, id);
}

/** The same again under the agreement's lock, and one use counted. Call inside a transaction. */
export async function spendAgreement(ctx: FrameworkContext, id: string, use: () => Promise<Use>): Promise<void> {
  const agreement = await lockAgreement(ctx.db, id);
  const wanted = await use();
  refuseUnless(agreement, wanted, ctx.now());
  if (!wanted.isCounted) await countUse(ctx.db, id);
}

/** One line in the record of decisions, in the caller's transaction. */
export const recordDecision = (
  ctx: FrameworkContext,
  entry: { actor: string; action: string; subject: string; detail?: Record<string, unknown> },
) => insertAudit(ctx.db, { at: ctx.now(), ...entry });
