import type { AppVersion } from "#server/graph/app";
import type { AgreementDocument } from "#server/protocol/agreement";
import type { Agreement } from "./agreements.repo";

/** What an owner's standing offer never goes beyond. */
export const offerCeilings = { maxConcurrent: 50, maxDays: 400 };

const day = 86_400_000;

/** Why the owner's standing offer does not cover this proposal, or undefined when this framework may sign it at once. */
export function offerRefusal(
  document: AgreementDocument,
  offer: Pick<AppVersion, "access"> | undefined,
  at: { now: Date; host: string; hostKey: string },
): string | undefined {
  if (document.host !== at.host || document.hostKey !== at.hostKey) return "agreement.other_host";
  if (!offer) return "agreement.app_not_offered";
  if (offer.access.remote === "closed") return "agreement.remote_closed";
  if (offer.access.remote === "on-request") return "agreement.needs_approval";
  if (document.maxConcurrent > offerCeilings.maxConcurrent) return "agreement.over_ceiling";
  const expires = Date.parse(document.expires);
  if (expires <= at.now.getTime()) return "agreement.expired";
  if (expires > at.now.getTime() + offerCeilings.maxDays * day) return "agreement.over_ceiling";
  return undefined;
}

/** Why an agreement does not cover this use now, or undefined when it does. */
export function refusalOfUse(
  agreement: Pick<Agreement, "state" | "runsUsed"> & { document: AgreementDocument },
  use: { user: string; app: string; digest: string; live: number; isCounted: boolean },
  now: Date,
): string | undefined {
  const { document } = agreement;
  if (agreement.state === "REVOKED") return "agreement.revoked";
  if (Date.parse(document.notBefore) > now.getTime()) return "agreement.not_yet";
  if (Date.parse(document.expires) <= now.getTime()) return "agreement.expired";
  if (document.user !== use.user) return "agreement.other_user";
  if (document.app !== use.app) return "agreement.other_app";
  if (document.digests !== "*" && !document.digests.includes(use.digest)) return "agreement.other_version";
  if (!use.isCounted && document.maxRuns !== null && agreement.runsUsed >= document.maxRuns)
    return "agreement.budget_used";
  if (use.live >= document.maxConcurrent) return "agreement.too_many_at_once";
  return undefined;
}
