import { KrdcError } from "#server/errors";
import type { AgreementDocument, AgreementProposal } from "#server/protocol/agreement";
import type { AgreementState } from "#server/protocol/states";
import type { Usage } from "#server/protocol/usage";
import type { FrameworkContext } from "../context";
import { countHostedRunsByAgreement } from "../hosting/list-hosted-runs";
import { type Suspender, shownState, suspendersOf } from "./agreement";
import { type Agreement, selectAgreement, selectAgreements } from "./agreements.repo";

/** One agreement or request as its owner sees it. */
export type OwnerAgreement = {
  id: string;
  app: string;
  /** REVOKING while something still runs under it. */
  state: AgreementState;
  /** What holds, or what is asked while it is REQUESTED. */
  document: AgreementDocument;
  /** What was asked, and by whom. */
  proposal: AgreementProposal | null;
  requester: AgreementProposal["requester"] | null;
  used: Usage;
  reserved: Usage;
  runsUsed: number;
  /** Hosted runs that live under it now. */
  live: number;
  /** Why it is asked of a person, who suspended it, or why it was refused. */
  reason: string | null;
  /** Who suspended it: each lifts its own suspension only. */
  suspendedBy: readonly Suspender[];
  /** False while the hub has not heard the owner's last word. */
  isTold: boolean;
  createdAt: Date;
  decidedAt: Date | null;
  decidedBy: string | null;
  revokedAt: Date | null;
};

function viewOf(row: Agreement, live: number, now: Date): OwnerAgreement {
  const { id, app, document, proposal, used, reserved, runsUsed, reason } = row;
  const { createdAt, decidedAt, decidedBy, revokedAt } = row;
  return {
    ...{ id, app, document, proposal, used, reserved, runsUsed, reason, live },
    ...{ createdAt, decidedAt, decidedBy, revokedAt },
    state: shownState(row, live, now),
    requester: proposal?.requester ?? null,
    suspendedBy: suspendersOf(row),
    isTold: row.untoldDecision === null,
  };
}

/** Every agreement and request of this framework, newest first. */
export async function listOwnerAgreements(ctx: FrameworkContext): Promise<OwnerAgreement[]> {
  const live = await countHostedRunsByAgreement(ctx);
  return (await selectAgreements(ctx.db)).map((row) => viewOf(row, live.get(row.id) ?? 0, ctx.now()));
}

/** One of them, or a refusal. */
export async function findOwnerAgreement(ctx: FrameworkContext, id: string): Promise<OwnerAgreement> {
  const row = await selectAgreement(ctx.db, id);
  if (!row) throw new KrdcError("not_found", "agreement.not_found");
  const live = await countHostedRunsByAgreement(ctx);
  return viewOf(row, live.get(id) ?? 0, ctx.now());
}
