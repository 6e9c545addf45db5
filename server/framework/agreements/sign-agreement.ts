import type { z } from "zod";
import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import {
  type AgreementDocument,
  type AgreementProposal,
  agreementDate,
  hostSignatureType,
  hubSignatureType,
  type proposalAnswer,
} from "#server/protocol/agreement";
import { canonicalJson } from "#server/protocol/canonical";
import { thumbprintsOf } from "#server/protocol/key-rules";
import { readDatedDocument, signDocument } from "#server/protocol/signed-document";
import { type FrameworkContext, within } from "../context";
import { wasTakenAway } from "./agreement";
import {
  type Agreement,
  insertAgreement,
  lockApp,
  selectAgreement,
  selectHeld,
  selectLastHeld,
} from "./agreements.repo";
import { findEffectiveOffer } from "./find-offer";
import { judgeProposal, underOffer } from "./offer";

type Word = z.infer<typeof proposalAnswer>;

/** Throws unless the hub's signature stands under exactly this document. */
export async function verifyHubSignature(
  ctx: FrameworkContext,
  document: unknown,
  hubSignature: string,
): Promise<void> {
  const dated = { jws: hubSignature, datedAt: agreementDate };
  const signed = await readDatedDocument(ctx.hub.keys.keysFor("document"), hubSignatureType, dated);
  if (canonicalJson(signed) !== canonicalJson(document)) throw new KrdcError("unauthenticated", "signature.invalid");
}

const isSame = (one: unknown, other: unknown) => canonicalJson(one) === canonicalJson(other);

/** What we have said, or not said yet, to a proposal that we know. */
function wordOn(known: Agreement, asked: AgreementDocument): Word {
  if (!isSame(known.proposal?.document ?? known.document, asked))
    throw new KrdcError("conflict", "agreement.other_document");
  if (known.state === "REJECTED") return { state: "REJECTED", reason: known.reason ?? "" };
  if (known.state === "REVOKED") throw new KrdcError("forbidden", "agreement.revoked");
  if (known.state === "REQUESTED" || known.hostSignature === null) return { state: "REQUESTED" };
  return { state: "SIGNED", document: known.document, hostSignature: known.hostSignature };
}

/** Under an open offer our signature at once; the hub has countersigned already where the owner's terms are those asked. */
async function rowOf(ctx: FrameworkContext, proposal: AgreementProposal) {
  const { document: asked, hubSignature } = proposal;
  const offer = await findEffectiveOffer(ctx, asked.app);
  const held = (await selectHeld(ctx.db, asked, ctx.now())).map((row) => row.document.budget);
  const isTakenAway = wasTakenAway(await selectLastHeld(ctx.db, asked));
  const at = { now: ctx.now(), host: ctx.name, hostKeys: thumbprintsOf(ctx.keys.record), held, isTakenAway };
  const judged = judgeProposal(asked, offer, at);
  const isForPerson = proposal.needsPerson === true && judged.verdict === "sign";
  const found = isForPerson ? { verdict: "ask" as const, reason: "agreement.needs_approval" } : judged;
  if (found.verdict === "refuse" || !offer) {
    const reason = found.verdict === "sign" ? "agreement.app_not_offered" : found.reason;
    throw new KrdcError("forbidden", reason, { detail: { app: `${ctx.name}/${asked.app}` } });
  }
  const row = { id: asked.id, app: asked.app, proposal, createdAt: ctx.now() };
  if (found.verdict === "ask") {
    return { ...row, document: asked, state: "REQUESTED" as const, reason: found.reason };
  }
  const document = underOffer(asked, offer);
  const hostSignature = await signDocument(ctx.key, hostSignatureType, document);
  const signed = { ...row, document, hostSignature, decidedAt: ctx.now(), decidedBy: "offer" };
  if (isSame(document, asked)) return { ...signed, hubSignature, state: "ACTIVE" as const };
  const untoldDecision = { decision: "approved" as const, document, hostSignature };
  return { ...signed, hubSignature: null, state: "APPROVED" as const, untoldDecision };
}

/**
 * The host's word on what the hub proposes: signed at once where the owner's offer covers it, kept for a person where it
 * does not. The same proposal again gets the same word.
 */
export async function signAgreement(ctx: FrameworkContext, proposal: AgreementProposal): Promise<Word> {
  const { document } = proposal;
  await verifyHubSignature(ctx, document, proposal.hubSignature);
  await ctx.db.transaction(async (db) => {
    await lockApp(db, document.app);
    if (await selectAgreement(db, document.id)) return;
    const row = await rowOf(within(ctx, db), proposal);
    await insertAgreement(db, row);
    await recordEntry(db, ctx.now(), {
      actor: row.state === "REQUESTED" ? "hub" : "offer",
      action: row.state === "REQUESTED" ? "agreement.requested" : "agreement.signed",
      subject: `agreement:${document.id}`,
      detail: { app: document.app, user: document.user },
    });
  });
  const known = await selectAgreement(ctx.db, document.id);
  if (!known) throw new TypeError("a proposal that was taken in has a row");
  return wordOn(known, document);
}
