import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import {
  type AgreementDocument,
  agreementDate,
  hostSignatureType,
  hubSignatureType,
  widenedTerm,
} from "#server/protocol/agreement";
import { canonicalJson } from "#server/protocol/canonical";
import { documentKeysOf, type KeyRecord, thumbprintsOf } from "#server/protocol/key-rules";
import { readDatedDocument, signDocument } from "#server/protocol/signed-document";
import type { AnyContext } from "../context";
import type { Agreement } from "./agreement";
import { changeAgreement, findById } from "./agreements.repo";

/** What a host signed: as it was asked, or narrower. */
export type HostsWord = { document: AgreementDocument; hostSignature: string };

/** Only the host's own key over exactly this document counts, and only for what was asked or less. */
async function assertSignedByHost(ctx: AnyContext, asked: Agreement, word: HostsWord, host: KeyRecord) {
  const { document, hostSignature } = word;
  const keys = documentKeysOf(host, ctx.now(), ctx.hub.keyTiming);
  const dated = { jws: hostSignature, datedAt: agreementDate };
  const signed = await readDatedDocument(keys, hostSignatureType, dated);
  if (canonicalJson(signed) !== canonicalJson(document)) throw new KrdcError("forbidden", "agreement.bad_signature");
  const term = thumbprintsOf(host).includes(document.hostKey) ? widenedTerm(document, asked.document) : "hostKey";
  if (term) throw new KrdcError("forbidden", "agreement.widened", { detail: { name: term } });
}

/** The hub signs what its host has signed, and the agreement is ACTIVE; the same word again changes nothing. */
export async function countersignAgreement(
  ctx: AnyContext,
  asked: Agreement,
  word: HostsWord,
  by: { host: KeyRecord; actor: string },
): Promise<Agreement> {
  await assertSignedByHost(ctx, asked, word, by.host);
  const { document, hostSignature } = word;
  const hubSignature = await signDocument(ctx.hub.signingKey, hubSignatureType, document);
  const signed = { document, hostSignature, hubSignature, expiresAt: new Date(document.expires) };
  return ctx.db.transaction(async (tx) => {
    const change = { ...signed, state: "ACTIVE" as const, deliveredAt: asked.deliveredAt ?? ctx.now() };
    const row = await changeAgreement(tx, asked.id, ["REQUESTED"], change);
    if (!row) return alreadySigned(await findById(tx, asked.id), document);
    const entry = { actor: by.actor, action: "agreement.activate", subject: asked.id };
    const isNarrowed = canonicalJson(document) !== canonicalJson(asked.document);
    await recordEntry(tx, ctx.now(), { ...entry, detail: { host: asked.host, app: asked.app, isNarrowed } });
    return row;
  });
}

function alreadySigned(found: Agreement | undefined, document: AgreementDocument): Agreement {
  const isSigned = found?.hostSignature && (found.state === "ACTIVE" || found.state === "SUSPENDED");
  if (!isSigned) throw new KrdcError("conflict", "agreement.changed_meanwhile");
  if (canonicalJson(found.document) !== canonicalJson(document)) {
    throw new KrdcError("conflict", "agreement.other_document");
  }
  return found;
}
