import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import { type AgreementDocument, hostSignatureType, type OwnerDecision, widenedTerm } from "#server/protocol/agreement";
import { canonicalJson } from "#server/protocol/canonical";
import { thumbprintsOf } from "#server/protocol/key-rules";
import { signDocument } from "#server/protocol/signed-document";
import { type FrameworkContext, within } from "../context";
import { wakeHostedRuns } from "../hosting/wake-hosted-runs";
import { suspendersOf, suspensionAfter, untoldAfter } from "./agreement";
import { type Agreement, lockAgreement, updateAgreement } from "./agreements.repo";
import { findOwnerAgreement, type OwnerAgreement } from "./list-owner-agreements";
import { recordRevocation } from "./revoke-agreement";
import { refuseUnknownLimits } from "./set-offer";
import { verifyHubSignature } from "./sign-agreement";
import { tellDecision } from "./tell-hub";

/** What an owner may decide about an agreement; approved without a document is what was asked. */
export type OwnerChoice =
  | { decision: "approve"; document?: AgreementDocument | undefined }
  | { decision: "reject"; reason: string }
  | { decision: "suspend" }
  | { decision: "resume" }
  | { decision: "revoke" };

export type AgreementDecision = {
  by: string;
  id: string;
  decision: OwnerChoice;
  /** What showed who decided, for the audit. */
  proof?: Record<string, unknown>;
};

/** What a decision changes, and what the hub is to hear of it; undefined when it was decided so before. */
type Decided = { change: Partial<Agreement>; word: OwnerDecision; action: string } | undefined;

const isSame = (one: unknown, other: unknown) => canonicalJson(one) === canonicalJson(other);

function refuseToApprove(ctx: FrameworkContext, wanted: AgreementDocument, asked: AgreementDocument): void {
  const name = widenedTerm(wanted, asked);
  if (name) throw new KrdcError("unprocessable", "agreement.widened", { detail: { name } });
  const isOurs = asked.host === ctx.name && thumbprintsOf(ctx.keys.record).includes(asked.hostKey);
  if (!isOurs) throw new KrdcError("conflict", "agreement.other_host");
  if (Date.parse(wanted.expires) <= ctx.now().getTime()) throw new KrdcError("conflict", "agreement.expired");
}

/** What only the offer has signed, a person may confirm: the hub may be waiting for exactly that. */
const confirmed = ({ document, hostSignature }: Agreement): Decided =>
  hostSignature === null
    ? undefined
    : { change: {}, word: { decision: "approved", document, hostSignature }, action: "agreement.approved" };

/** Our signature under what was asked or less; the hub's stands there already where it is exactly what was asked. */
async function approve(ctx: FrameworkContext, row: Agreement, document?: AgreementDocument): Promise<Decided> {
  const asked = row.proposal?.document;
  if (!row.proposal || !asked) throw new KrdcError("conflict", "agreement.not_requested");
  const wanted = document ?? asked;
  if ((row.state === "APPROVED" || row.state === "ACTIVE") && isSame(wanted, row.document)) {
    return row.decidedBy === "offer" ? confirmed(row) : undefined;
  }
  if (row.state !== "REQUESTED") throw new KrdcError("conflict", "agreement.not_requested");
  await refuseUnknownLimits(ctx, wanted.app, wanted.parameters);
  refuseToApprove(ctx, wanted, asked);
  const { hubSignature } = row.proposal;
  await verifyHubSignature(ctx, asked, hubSignature);
  const hostSignature = await signDocument(ctx.key, hostSignatureType, wanted);
  const isAsAsked = isSame(wanted, asked);
  return {
    change: {
      document: wanted,
      hostSignature,
      hubSignature: isAsAsked ? hubSignature : null,
      state: isAsAsked ? "ACTIVE" : "APPROVED",
      reason: null,
    },
    word: { decision: "approved", document: wanted, hostSignature },
    action: "agreement.approved",
  };
}

function reject(row: Agreement, reason: string): Decided {
  if (row.state === "REJECTED") return undefined;
  if (row.state !== "REQUESTED") throw new KrdcError("conflict", "agreement.not_requested");
  return {
    change: { state: "REJECTED", reason },
    word: { decision: "rejected", reason },
    action: "agreement.rejected",
  };
}

/** Only the owner lifts what the owner did; the hub's suspension stays until the hub lifts it. */
function pause(row: Agreement, isSuspended: boolean): Decided {
  const change = suspensionAfter(row, "owner", isSuspended);
  if (!change) {
    if (suspendersOf(row).includes("owner") === isSuspended && row.state === (isSuspended ? "SUSPENDED" : "ACTIVE"))
      return undefined;
    const isHubs = row.state === "SUSPENDED";
    throw new KrdcError("conflict", isHubs ? "agreement.suspended_by_hub" : "agreement.not_active");
  }
  return {
    change,
    word: { decision: isSuspended ? "suspended" : "resumed" },
    action: isSuspended ? "agreement.suspended" : "agreement.resumed",
  };
}

type Writable = Exclude<OwnerChoice, { decision: "revoke" }>;

async function judge(ctx: FrameworkContext, row: Agreement, choice: Writable): Promise<Decided> {
  switch (choice.decision) {
    case "approve":
      return approve(ctx, row, choice.document);
    case "reject":
      return reject(row, choice.reason);
    case "suspend":
      return pause(row, true);
    case "resume":
      return pause(row, false);
  }
}

async function record(ctx: FrameworkContext, { by, id, proof }: AgreementDecision, choice: Writable): Promise<void> {
  await ctx.db.transaction(async (db) => {
    const row = await lockAgreement(db, id);
    if (!row) throw new KrdcError("not_found", "agreement.not_found");
    const decided = await judge(ctx, row, choice);
    if (!decided) return;
    const { change, word, action } = decided;
    const untoldDecision = untoldAfter(row.untoldDecision, word);
    await updateAgreement(db, id, { ...change, untoldDecision, decidedAt: ctx.now(), decidedBy: by });
    const detail = { ...("document" in word ? { document: word.document } : {}), ...proof };
    await recordEntry(db, ctx.now(), { actor: by, action, subject: `agreement:${id}`, detail });
    if (change.state === "ACTIVE") await wakeHostedRuns(within(ctx, db), { agreementId: id });
  });
}

/**
 * The owner's word on one agreement: it holds here at once, and the hub is told now or when it is back. What widens must
 * have been proven by whoever calls this to be the owner's own.
 */
export async function decideAgreement(ctx: FrameworkContext, decided: AgreementDecision): Promise<OwnerAgreement> {
  const { by, id, decision, proof } = decided;
  if (decision.decision === "revoke") await recordRevocation(ctx, { by, id, isOwners: true, ...(proof && { proof }) });
  else await record(ctx, decided, decision);
  await tellDecision(ctx, id).catch((error: unknown) => {
    ctx.log.info(
      { agreement: id, error: error instanceof Error ? error.message : error },
      "the hub will be told later",
    );
  });
  return findOwnerAgreement(ctx, id);
}
