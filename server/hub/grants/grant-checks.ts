import type { GrantRequest } from "#server/protocol/framework-api";
import type { Receipt } from "#server/protocol/hosted-run";
import { overCeiling } from "#server/protocol/limits";
import { runKeyOf } from "#server/protocol/run-key";
import { type Agreement, coversDigest, refusalFor, usedUpTerm } from "../agreements/agreement";
import { type Cluster, isSkewed, skewSecondsOf } from "../clusters/cluster";
import type { User } from "../members/member";
import { isOfGrant, type UsageSum } from "../usage/usage";
import type { Authorization, Grant } from "./grant";

/** Everything that a decision about a grant may look at, read before it. */
export type GrantFacts = {
  now: Date;
  /** The calling cluster's name. */
  home: string;
  /** How far its clock runs ahead of ours. */
  homeSkew: number | null;
  request: GrantRequest;
  authorization: Authorization | undefined;
  /** Undefined when the member was disabled. */
  user: User | undefined;
  agreement: Agreement | undefined;
  host: Cluster | undefined;
  isListed: boolean;
  /** Grants of the same runKey and attempt, newest first. */
  earlier: readonly Grant[];
  /** Whether any grant of this runKey, of whatever attempt, was counted. */
  isCounted: boolean;
  /** What ended attempts under the agreement took. */
  used: UsageSum;
  /** Grants of earlier attempts of this runKey that are not closed. */
  openBefore: readonly Grant[];
  /** The end of the previous attempt, if its host signed what the home shows. */
  previousReceipt: Receipt | undefined;
  /** Whether a later attempt was granted. */
  hasLater: boolean;
};

/** The part that must still hold when a host asks again. */
export type StandingFacts = Pick<GrantFacts, "now" | "home" | "authorization" | "user" | "agreement" | "isListed"> & {
  request: Pick<GrantRequest, "runId" | "host" | "app" | "digest">;
};

type Check<F = GrantFacts> = (facts: F) => string | undefined;
const refuseIf = (isWrong: boolean, reason: string) => (isWrong ? reason : undefined);

const authorizationStands: Check<StandingFacts> = ({ authorization, home, request, now }) => {
  if (!authorization || authorization.home !== home || authorization.runId !== request.runId) {
    return "authorization.missing";
  }
  if (authorization.revokedAt) return "authorization.revoked";
  return refuseIf(authorization.expiresAt <= now, "authorization.expired");
};

const stepAuthorized: Check = ({ authorization, request }) => {
  const step = authorization && Object.hasOwn(authorization.steps, request.step) && authorization.steps[request.step];
  if (!step) return "authorization.other_step";
  const isSameApp = step.app === request.app && step.version === request.version && step.digest === request.digest;
  if (!isSameApp) return "authorization.other_app";
  if (step.host !== request.host) return "authorization.other_host";
  if (step.agreementId !== request.agreementId) return "authorization.other_agreement";
  if (request.index < 0 || request.index >= step.maxInstances) return "authorization.too_many_instances";
  return refuseIf(request.attempt < 1 || request.attempt > step.maxAttempts, "authorization.too_many_attempts");
};

const runKeyTrue: Check = ({ home, request }) => {
  const { runId, step, index } = request;
  const runKey = runKeyOf({ homeId: home, runId, stepPath: step, index });
  return refuseIf(runKey !== request.runKey, "grant.other_run_key");
};

const memberLives: Check<StandingFacts> = ({ user }) => refuseIf(user === undefined, "member.disabled");

const agreementStands: Check<StandingFacts> = ({ agreement, authorization, request, now }) => {
  if (!agreement || agreement.memberId !== authorization?.memberId) return "agreement.missing";
  const isForIt = `${agreement.host}/${agreement.app}` === `${request.host}/${request.app}`;
  if (!isForIt) return "agreement.missing";
  return (
    refusalFor(agreement, now) ?? refuseIf(!coversDigest(agreement.document, request.digest), "agreement.other_version")
  );
};

const withinPerRun: Check = ({ agreement, request }) =>
  refuseIf(
    agreement !== undefined && overCeiling(request.limits, agreement.document.perRun) !== undefined,
    "agreement.over_per_run",
  );

const budgetLeft: Check = ({ agreement, used, isCounted }) =>
  refuseIf(agreement !== undefined && usedUpTerm(agreement, used, isCounted) !== undefined, "agreement.budget_used");

const appListed: Check<StandingFacts> = ({ isListed }) => refuseIf(!isListed, "app.withdrawn");

const hostActive: Check = ({ host }) => {
  if (!host || host.state === "SUSPENDED") return "cluster.suspended";
  return refuseIf(host.state !== "ACTIVE", "cluster.not_active");
};

const clocksAgree: Check = ({ homeSkew, host }) =>
  refuseIf(isSkewed(homeSkew) || (host !== undefined && isSkewed(skewSecondsOf(host))), "cluster.clock_skew");

const isProvenOver = ({ previousReceipt }: GrantFacts, grant: Grant) =>
  previousReceipt !== undefined && isOfGrant(previousReceipt, grant);

/**
 * One live attempt for each run over all placements: whatever a host may have let in is over by the host's own signed
 * word, was refused everywhere, or was given up by a person who knew that it may run twice.
 */
const previousOver: Check = (facts) => {
  const { request, openBefore } = facts;
  const { kind } = request.previous;
  if (request.attempt === 1) return refuseIf(kind !== "none", "grant.other_previous");
  if (kind === "refused" || kind === "abandoned") return undefined;
  const isLetIn = (grant: Grant) => grant.introspectedAt !== null;
  const mayLive = openBefore.some((grant) => isLetIn(grant) && !isProvenOver(facts, grant));
  return refuseIf(mayLive, "grant.previous_attempt_open");
};

const noLaterAttempt: Check = ({ hasLater }) => refuseIf(hasLater, "grant.older_attempt");

const sameHashes: Check = ({ earlier, request }) =>
  refuseIf(
    earlier.some((one) => one.parametersHash !== request.parametersHash || one.inputsHash !== request.inputsHash),
    "grant.other_hashes",
  );

/** Every check of a grant, in order; the first refusal stands. This table is what the hub promises owners. */
export const grantChecks: readonly Check<GrantFacts>[] = [
  authorizationStands,
  stepAuthorized,
  runKeyTrue,
  memberLives,
  agreementStands,
  withinPerRun,
  budgetLeft,
  appListed,
  hostActive,
  clocksAgree,
  noLaterAttempt,
  previousOver,
  sameHashes,
];

/** What must still hold when the host asks about a grant at its door. */
export const introspectionChecks: readonly Check<StandingFacts>[] = [
  authorizationStands,
  memberLives,
  agreementStands,
  appListed,
];

/** The first reason against it, or undefined. */
export function refusalBy<F>(checks: readonly Check<F>[], facts: F): string | undefined {
  for (const check of checks) {
    const refusal = check(facts);
    if (refusal) return refusal;
  }
  return undefined;
}
