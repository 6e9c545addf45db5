import type { z } from "zod";
import { KrdcError } from "#server/errors";
import {
  agreementDocument,
  type agreementProposal,
  hostSignatureType,
  hubSignatureType,
} from "#server/protocol/agreement";
import { canonicalJson } from "#server/protocol/canonical";
import { readSignedDocument, signDocument } from "#server/protocol/signed-document";
import { findOffer } from "../apps/find-image";
import type { FrameworkContext } from "../context";
import { offerRefusal } from "./agreement";
import { insertAgreement, insertAudit, selectAgreement } from "./agreements.repo";

/** Throws unless the hub's signature stands under exactly this document. */
export async function verifyHubSignature(
  ctx: FrameworkContext,
  document: unknown,
  hubSignature: string,
): Promise<void> {
  const signed = await readSignedDocument(ctx.hub.key, hubSignatureType, hubSignature);
  if (canonicalJson(signed) !== canonicalJson(document)) throw new KrdcError("unauthenticated", "signature.invalid");
}

/** Signs a proposed agreement under the owner's standing offer, or says why the owner must be asked. The same proposal again gets the same signature. */
export async function signAgreement(
  ctx: FrameworkContext,
  proposal: z.infer<typeof agreementProposal>,
): Promise<{ hostSignature: string }> {
  const document = agreementDocument.parse(proposal.document);
  await verifyHubSignature(ctx, document, proposal.hubSignature);
  const known = await selectAgreement(ctx.db, document.id);
  if (known) {
    if (canonicalJson(known.document) !== canonicalJson(document))
      throw new KrdcError("conflict", "agreement.other_document");
    if (known.state === "REVOKED") throw new KrdcError("forbidden", "agreement.revoked");
    return { hostSignature: known.hostSignature };
  }
  const offer = await findOffer(ctx, document.app);
  const refusal = offerRefusal(document, offer, { now: ctx.now(), host: ctx.name, hostKey: ctx.jkt });
  if (refusal) throw new KrdcError("forbidden", refusal, { detail: { app: `${ctx.name}/${document.app}` } });
  const hostSignature = await signDocument(ctx.key, hostSignatureType, document);
  await ctx.db.transaction(async (db) => {
    const { hubSignature } = proposal;
    await insertAgreement(db, {
      id: document.id,
      app: document.app,
      document,
      hostSignature,
      hubSignature,
      createdAt: ctx.now(),
    });
    const subject = `agreement:${document.id}`;
    await insertAudit(db, {
      at: ctx.now(),
      actor: "offer",
      action: "agreement.signed",
      subject,
      detail: { app: document.app },
    });
  });
  return { hostSignature: (await selectAgreement(ctx.db, document.id))?.hostSignature ?? hostSignature };
}
