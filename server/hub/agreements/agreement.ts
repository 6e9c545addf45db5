import type { agreements } from "#drizzle/hub/schema/agreements";
import type { AppVersion } from "#server/graph/app";
import type { AgreementDocument, Budget } from "#server/protocol/agreement";
import type { Limits } from "#server/protocol/limits";
import type { AgreementState as ShownState } from "#server/protocol/portal-views";
import type { AgreementState } from "#server/protocol/states";
import type { Usage } from "#server/protocol/usage";
import type { User } from "../members/member";

export type Agreement = typeof agreements.$inferSelect;

/** How long an open offer's agreement lives; the next submit makes a new one. */
export const openDays = 30;
const openConcurrency = 16;
/** Two clocks may differ by this much and still agree that it has begun. */
const startMarginMs = 60_000;

type Terms = { id: string; user: User; host: string; hostKey: string; app: string; now: Date };
/** What a person asks for; whatever they leave open has no bound. */
export type Wish = { days: number; budget: Budget; purpose: string };

export const unbounded: Budget = { runs: null, cpuSeconds: null, gpuSeconds: null, outputBytes: null };
/** Wide enough for any program; its owner narrows it, and the host has ceilings of its own. */
const widestRun: Limits = {
  cpuMillis: 64_000,
  memoryBytes: 256 * 1024 ** 3,
  gpu: 8,
  durationSeconds: 30 * 86_400,
  outputBytes: 1024 ** 4,
};

/** The document that both sides sign, with the terms of an open offer or those that a person wishes. */
export function documentFor(
  { id, user, host, hostKey, app, now }: Terms,
  wish: Pick<Wish, "days" | "budget">,
): AgreementDocument {
  return {
    schema: "krdc.agreement/v2",
    id,
    user: user.pseudonym,
    organization: user.organization.id,
    host,
    hostKey,
    app,
    digests: "*",
    maxConcurrent: openConcurrency,
    budget: wish.budget,
    perRun: widestRun,
    onRevoke: "kill",
    onDisconnect: "hold",
    onHubSilent: "continue",
    notBefore: new Date(now.getTime() - startMarginMs).toISOString(),
    expires: new Date(now.getTime() + wish.days * 86_400_000).toISOString(),
  };
}

export type AgreementRefusal =
  | "agreement.missing"
  | "agreement.refused"
  | "agreement.revoked"
  | "agreement.expired"
  | "agreement.suspended"
  | "agreement.requested"
  | "agreement.not_yet"
  | "agreement.other_version";

const refusalOfState: Record<AgreementState, AgreementRefusal | undefined> = {
  REQUESTED: "agreement.requested",
  APPROVED: "agreement.requested",
  ACTIVE: undefined,
  SUSPENDED: "agreement.suspended",
  REVOKING: "agreement.revoked",
  REVOKED: "agreement.revoked",
  EXPIRED: "agreement.expired",
  REJECTED: "agreement.refused",
};

type Judged = Pick<Agreement, "state" | "document" | "runsUsed">;

/** Why an agreement does not stand at this moment, or undefined when it does. */
export function refusalFor(agreement: Judged, now: Date): AgreementRefusal | undefined {
  const { document } = agreement;
  const byState = refusalOfState[agreement.state];
  if (byState) return byState;
  if (now >= new Date(document.expires)) return "agreement.expired";
  return now < new Date(document.notBefore) ? "agreement.not_yet" : undefined;
}

/** Whether it covers this version of its app. */
export const coversDigest = (document: AgreementDocument, digest: string) =>
  document.digests === "*" || document.digests.includes(digest);

const isOver = (used: number, most: number | null) => most !== null && used > most;

/**
 * The first term of its budget that is used up for another run, or undefined. Ended attempts are counted here; what
 * living ones may still take is set aside by the host alone.
 */
export function usedUpTerm(
  { document: { budget }, runsUsed }: Judged,
  used: Usage,
  isCounted: boolean,
): keyof Budget | undefined {
  if (!isCounted && isOver(runsUsed + 1, budget.runs)) return "runs";
  return (["cpuSeconds", "gpuSeconds", "outputBytes"] as const).find((name) => isOver(used[name], budget[name]));
}

/** Who ended it; `cluster` when its host left or was replaced, which takes nothing away from anybody. */
export type Ender = "member" | "operator" | "hub" | "cluster";

/** Who holds it: people at the hub, its cluster's operator through the portal, its owner at the framework's own door. */
export type Suspender = "hub" | "operator" | "owner";
const suspenders = new Set<string>(["hub", "operator", "owner"] satisfies Suspender[]);

/** While an agreement is SUSPENDED, `revokedBy` names everybody who holds it. */
export function suspendersOf({ state, revokedBy }: Pick<Agreement, "state" | "revokedBy">): Suspender[] {
  const named = state === "SUSPENDED" ? (revokedBy ?? "").split("+") : [];
  return named.filter((one): one is Suspender => suspenders.has(one));
}

/** How it stands once exactly these hold it. */
export const heldBy = (holders: readonly Suspender[]): Pick<Agreement, "state" | "revokedBy"> =>
  holders.length === 0
    ? { state: "ACTIVE", revokedBy: null }
    : { state: "SUSPENDED", revokedBy: [...new Set(holders)].sort().join("+") };

/** Whether somebody other than the member ended or holds it. */
export const wasTakenAway = ({ revokedBy }: Pick<Agreement, "revokedBy">) =>
  revokedBy !== null && revokedBy !== "member" && revokedBy !== "cluster";

export type OpenOffer = "sign_now" | "needs_request" | "refuse";

/**
 * What the owner's standing offer allows without a person: an open one signs at once, unless the last agreement was
 * ended by somebody else than the member, which only a person at the host may undo.
 */
export function offerOf(access: AppVersion["access"], last: Pick<Agreement, "revokedBy"> | undefined): OpenOffer {
  if (access.remote === "closed") return "refuse";
  return access.remote === "open" && !(last && wasTakenAway(last)) ? "sign_now" : "needs_request";
}

const shown: Record<AgreementState, ShownState> = {
  REQUESTED: "REQUESTED",
  APPROVED: "REQUESTED",
  ACTIVE: "ACTIVE",
  SUSPENDED: "SUSPENDED",
  REVOKING: "REVOKING",
  REVOKED: "REVOKED",
  EXPIRED: "EXPIRED",
  REJECTED: "REJECTED",
};

/** The state as people see it; one that ran out is expired also before anybody wrote so. */
export function shownState(agreement: Pick<Agreement, "state" | "expiresAt">, now: Date): ShownState {
  return isRevocable(agreement.state) && agreement.expiresAt <= now ? "EXPIRED" : shown[agreement.state];
}

const ending = new Set<AgreementState>(["REQUESTED", "APPROVED", "ACTIVE", "SUSPENDED"]);
export const isRevocable = (state: AgreementState) => ending.has(state);

/** Each host's in turn, so that one that does not answer keeps nobody else's waiting. */
export function byHost(agreements: readonly Agreement[]): Agreement[][] {
  const found = new Map<string, Agreement[]>();
  for (const one of agreements) found.set(one.host, [...(found.get(one.host) ?? []), one]);
  return [...found.values()];
}
