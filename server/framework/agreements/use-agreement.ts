import { KrdcError } from "#server/errors";
import { hostSignatureType } from "#server/protocol/agreement";
import { canonicalJson } from "#server/protocol/canonical";
import { publicPart } from "#server/protocol/keys";
import { readSignedDocument } from "#server/protocol/signed-document";
import type { FrameworkContext } from "../context";
import { refusalOfUse } from "./agreement";
import { type Agreement, countUse, insertAudit, lockAgreement, selectAgreement } from "./agreements.repo";
import { verifyHubSignature } from "./sign-agreement";

export type Use = { user: string; app: string; digest: string; live: number };

async function verifyBothSignatures(ctx: FrameworkContext, agreement: Agreement): Promise<void> {
  await verifyHubSignature(ctx, agreement.document, agreement.hubSignature);
  const own = await readSignedDocument(publicPart(ctx.key), hostSignatureType, agreement.hostSignature);
  if (canonicalJson(own) !== canonicalJson(agreement.document))
    throw new KrdcError("unauthenticated", "signature.invalid");
}

function refuseUnless(agreement: Agreement | undefined, use: Use, now: Date): Agreement {
  if (!agreement) throw new KrdcError("forbidden", "agreement.missing");
  const refusal = refusalOfUse(agreement, use, now);
  if (refusal) throw new KrdcError("forbidden", refusal, { detail: { app: use.app } });
  return agreement;
}

/** Both signatures and the agreement's own terms, before anything is asked of the hub. */
export async function checkAgreement(ctx: FrameworkContext, id: string, use: Use): Promise<void> {
  const agreement = refuseUnless(await selectAgreement(ctx.db, id), use, ctx.now());
  await verifyBothSignatures(ctx, agreement);
}

/** Takes the agreement's lock for the caller's transaction. */
export async function holdAgreement(ctx: FrameworkContext, id: string): Promise<void> {
  await lockAgreement(ctx.db, id);
}

/** The same again under the agreement's lock, and one use counted. Call inside a transaction. */
export async function spendAgreement(ctx: FrameworkContext, id: string, use: () => Promise<Use>): Promise<void> {
  const agreement = await lockAgreement(ctx.db, id);
  refuseUnless(agreement, await use(), ctx.now());
  await countUse(ctx.db, id);
}

/** One line in the record of decisions, in the caller's transaction. */
export const recordDecision = (
  ctx: FrameworkContext,
  entry: { actor: string; action: string; subject: string; detail?: Record<string, unknown> },
) => insertAudit(ctx.db, { at: ctx.now(), ...entry });
