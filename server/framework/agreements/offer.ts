import type { AppVersion } from "#server/graph/app";
import type { AgreementDocument, Budget } from "#server/protocol/agreement";
import { type Limits, overCeiling } from "#server/protocol/limits";
import type { OfferDocument } from "#server/protocol/offer";

/** What no attempt takes at this host, whatever was agreed. */
export const hostCeilings: Limits = {
  cpuMillis: 64_000,
  memoryBytes: 256 * 1024 ** 3,
  gpu: 8,
  durationSeconds: 30 * 86_400,
  outputBytes: 1024 ** 4,
};

/** What an owner's standing offer never goes beyond where its owner has not said otherwise. */
export const offerCeilings = { maxConcurrent: 50, maxDays: 400 };

const unbounded: Budget = { runs: null, cpuSeconds: null, gpuSeconds: null, outputBytes: null };

/** The offer of an app whose owner has set none: what its manifest says of remote use, within sane ceilings. */
export const defaultOffer = ({ access }: Pick<AppVersion, "access">): OfferDocument => ({
  remote: access.remote,
  perUser: unbounded,
  total: unbounded,
  perRun: hostCeilings,
  ...offerCeilings,
  onRevoke: "kill",
  onDisconnect: "hold",
  onHubSilent: "continue",
});

/** Whether some of these bounds counts. */
export const isBounded = (bounds: Budget) => Object.values(bounds).some((most) => most !== null);

/** The asked document with the owner's own word on what happens when things go wrong, and on what parameters may be. */
export const underOffer = (asked: AgreementDocument, offer: OfferDocument): AgreementDocument => ({
  ...asked,
  ...(offer.parameters ? { parameters: { ...asked.parameters, ...offer.parameters } } : {}),
  ...(offer.egress === "none" ? { egress: "none" as const } : {}),
  onRevoke: offer.onRevoke,
  onDisconnect: offer.onDisconnect,
  onHubSilent: offer.onHubSilent,
});

const day = 86_400_000;

/** What a user holds already counts: many agreements are not a way around the share of one. */
function isOverShare(asked: Budget, held: readonly Budget[], share: Budget): boolean {
  return (Object.keys(share) as (keyof Budget)[]).some((name) => {
    const most = share[name];
    if (most === null) return false;
    return [asked, ...held].reduce((sum, one) => sum + (one[name] ?? Number.POSITIVE_INFINITY), 0) > most;
  });
}

export type OfferVerdict = { verdict: "sign" } | { verdict: "ask" | "refuse"; reason: string };

/** Whether the owner's offer signs a proposal at once, leaves it to a person, or refuses it. */
export function judgeProposal(
  document: AgreementDocument,
  offer: OfferDocument | undefined,
  at: { now: Date; host: string; hostKeys: readonly string[]; held: readonly Budget[]; isTakenAway: boolean },
): OfferVerdict {
  const refuse = (reason: string): OfferVerdict => ({ verdict: "refuse", reason });
  const expires = Date.parse(document.expires);
  if (document.host !== at.host || !at.hostKeys.includes(document.hostKey)) return refuse("agreement.other_host");
  if (!offer) return refuse("agreement.app_not_offered");
  if (offer.remote === "closed") return refuse("agreement.remote_closed");
  if (expires <= at.now.getTime()) return refuse("agreement.expired");
  if (offer.remote === "on-request") return { verdict: "ask", reason: "agreement.needs_approval" };
  if (at.isTakenAway) return { verdict: "ask", reason: "agreement.taken_away" };
  const isOver =
    document.maxConcurrent > offer.maxConcurrent ||
    expires > at.now.getTime() + offer.maxDays * day ||
    overCeiling(document.perRun, offer.perRun) !== undefined ||
    isOverShare(document.budget, at.held, offer.perUser);
  return isOver ? { verdict: "ask", reason: "agreement.over_ceiling" } : { verdict: "sign" };
}
