import type { agreements } from "#drizzle/hub/schema/agreements";
import type { AppVersion } from "#server/graph/app";
import type { AgreementDocument, AgreementState } from "#server/protocol/agreement";
import type { AgreementState as ShownState } from "#server/protocol/portal-views";
import type { User } from "../members/member";

export type Agreement = typeof agreements.$inferSelect;

/** How long an open offer's agreement lives; the next submit makes a new one. */
export const openDays = 30;
const openConcurrency = 16;
/** Two clocks may differ by this much and still agree that it has begun. */
const startMarginMs = 60_000;

type Terms = { id: string; user: User; host: string; hostKey: string; app: string; now: Date };
type Wish = { days: number; runs: number | null };

/** The document that both sides sign, with the terms of an open offer or those that a person wishes. */
export function documentFor({ id, user, host, hostKey, app, now }: Terms, wish: Wish): AgreementDocument {
  return {
    schema: "krdc.agreement/v1",
    id,
    user: user.pseudonym,
    organization: user.organization.id,
    host,
    hostKey,
    app,
    digests: "*",
    maxConcurrent: openConcurrency,
    maxRuns: wish.runs,
    onRevoke: "kill",
    onDisconnect: "hold",
    onHubSilent: "continue",
    notBefore: new Date(now.getTime() - startMarginMs).toISOString(),
    expires: new Date(now.getTime() + wish.days * 86_400_000).toISOString(),
  };
}

export type AgreementRefusal =
  | "agreement.missing"
  | "agreement.revoked"
  | "agreement.expired"
  | "agreement.suspended"
  | "agreement.requested"
  | "agreement.not_yet"
  | "agreement.budget_used"
  | "agreement.other_version";

const refusalOfState: Record<AgreementState, AgreementRefusal | undefined> = {
  REQUESTED: "agreement.requested",
  APPROVED: "agreement.requested",
  ACTIVE: undefined,
  SUSPENDED: "agreement.suspended",
  REVOKING: "agreement.revoked",
  REVOKED: "agreement.revoked",
  EXPIRED: "agreement.expired",
  REJECTED: "agreement.missing",
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

/** Whether another run fits under it. */
export const hasBudget = ({ document, runsUsed }: Judged) => document.maxRuns === null || runsUsed < document.maxRuns;

/** Whether somebody other than the member ended it. */
export const wasTakenAway = ({ revokedBy }: Pick<Agreement, "revokedBy">) =>
  revokedBy !== null && revokedBy !== "member";

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
  SUSPENDED: "REFUSED",
  REVOKING: "REVOKING",
  REVOKED: "REVOKED",
  EXPIRED: "EXPIRED",
  REJECTED: "REFUSED",
};

/** The state as people see it; one that ran out is expired also before anybody wrote so. */
export function shownState(agreement: Pick<Agreement, "state" | "expiresAt">, now: Date): ShownState {
  return agreement.state === "ACTIVE" && agreement.expiresAt <= now ? "EXPIRED" : shown[agreement.state];
}

const ending = new Set<AgreementState>(["REQUESTED", "APPROVED", "ACTIVE", "SUSPENDED"]);
export const isRevocable = (state: AgreementState) => ending.has(state);
