import { KrdcError } from "#server/errors";
import { agreementDate, type Budget, hostSignatureType } from "#server/protocol/agreement";
import { canonicalJson } from "#server/protocol/canonical";
import type { UseTerms } from "#server/protocol/parameter-limits";
import { readDatedDocument } from "#server/protocol/signed-document";
import { reservationOf, type Usage } from "#server/protocol/usage";
import type { FrameworkContext } from "../context";
import {
  type Asked,
  addUsage,
  lessUsage,
  type Refusal,
  refusalOfBudget,
  refusalOfTerms,
  sumOfSpent,
  type Wanted,
} from "./agreement";
import {
  type Agreement,
  lockAgreement,
  lockApp,
  selectAgreement,
  selectOffer,
  selectSpentOfApp,
  updateAgreement,
} from "./agreements.repo";
import { isBounded } from "./offer";
import { verifyHubSignature } from "./sign-agreement";

export type { Agreement } from "./agreements.repo";

/** `live`: attempts that live under the agreement now. */
export type Use = Asked & Wanted & { live: number };

async function verifyBothSignatures(ctx: FrameworkContext, agreement: Agreement): Promise<void> {
  if (!agreement.hubSignature || !agreement.hostSignature) throw new KrdcError("unauthenticated", "signature.invalid");
  await verifyHubSignature(ctx, agreement.document, agreement.hubSignature);
  const dated = { jws: agreement.hostSignature, datedAt: agreementDate };
  const own = await readDatedDocument(ctx.keys.documentKeys(), hostSignatureType, dated);
  if (canonicalJson(own) !== canonicalJson(agreement.document))
    throw new KrdcError("unauthenticated", "signature.invalid");
}

function refuse(refusal: Refusal | undefined, app: string): void {
  if (!refusal) return;
  const detail = { app, ...(refusal.name ? { name: refusal.name } : {}) };
  throw new KrdcError(refusal.isPassing ? "too_many" : "forbidden", refusal.reason, { detail });
}

const missing = () => new KrdcError("forbidden", "agreement.missing");

/** Both signatures and the agreement's own terms, before anything is asked of the hub. What is left of it is judged under its lock. */
export async function checkAgreement(ctx: FrameworkContext, id: string, asked: Asked): Promise<void> {
  const agreement = await selectAgreement(ctx.db, id);
  if (!agreement) throw missing();
  refuse(refusalOfTerms(agreement, asked, ctx.now()), asked.app);
  await verifyBothSignatures(ctx, agreement);
}

/** What an agreement says of parameters and networks; nothing where there is no such agreement, which is refused by its own check. */
export const findUseTerms = async (ctx: FrameworkContext, id: string): Promise<UseTerms> =>
  (await selectAgreement(ctx.db, id))?.document ?? {};

/** Takes the agreement's lock for the caller's transaction. */
export const holdAgreement = (ctx: FrameworkContext, id: string): Promise<Agreement | undefined> =>
  lockAgreement(ctx.db, id);

/** An agreement under its lock, and what the owner lets all users take of its app together where that is bounded. */
export type HeldForUse = { agreement: Agreement | undefined; total: Budget | undefined };

/** Takes the locks that spending needs: the app's own first, where its owner bounds all users together. */
export async function holdForUse(ctx: FrameworkContext, wanted: { id: string; app: string }): Promise<HeldForUse> {
  const offered = (await selectOffer(ctx.db, wanted.app))?.document.total;
  const total = offered && isBounded(offered) ? offered : undefined;
  if (total) await lockApp(ctx.db, wanted.app);
  return { agreement: await lockAgreement(ctx.db, wanted.id), total };
}

async function refuseOverTotal(ctx: FrameworkContext, total: Budget | undefined, use: Use): Promise<void> {
  if (!total) return;
  const spent = sumOfSpent(await selectSpentOfApp(ctx.db, use.app));
  refuse(refusalOfBudget(total, spent, use, "offer"), use.app);
}

/** The terms again under the locks that the caller holds, the rest of the budget, and what the attempt may take set aside. */
export async function spendAgreement(
  ctx: FrameworkContext,
  { agreement, total }: HeldForUse,
  use: Use,
): Promise<Usage> {
  if (!agreement) throw missing();
  refuse(refusalOfTerms(agreement, use, ctx.now()), use.app);
  refuse(refusalOfBudget(agreement.document.budget, agreement, use), use.app);
  await refuseOverTotal(ctx, total, use);
  if (use.live >= agreement.document.maxConcurrent)
    refuse({ reason: "agreement.too_many_at_once", isPassing: true }, use.app);
  const reservation = reservationOf(use.limits);
  await updateAgreement(ctx.db, agreement.id, {
    runsUsed: agreement.runsUsed + (use.isCounted ? 0 : 1),
    reserved: addUsage(agreement.reserved, reservation),
  });
  return reservation;
}

/** An attempt has ended: what was set aside for it is given back, what it took is counted. Call under the agreement's lock. */
export async function settleUse(
  ctx: FrameworkContext,
  id: string,
  attempt: { reserved: Usage; used: Usage },
): Promise<void> {
  const agreement = await lockAgreement(ctx.db, id);
  if (!agreement) return;
  await updateAgreement(ctx.db, id, {
    reserved: lessUsage(agreement.reserved, attempt.reserved),
    used: addUsage(agreement.used, attempt.used),
  });
}
