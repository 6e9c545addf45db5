import { decodeJwt } from "jose";
import { KrdcError } from "#server/errors";
import { failpoint } from "#server/failpoint";
import { consentEnded } from "#server/protocol/consent";
import { grantAnswer } from "#server/protocol/framework-api";
import { grantClaims, grantLifetimeSeconds } from "#server/protocol/grant";
import { filesIn, type HostedRunAnswer, hashesOf, hostedRunAnswer } from "#server/protocol/hosted-run";
import type { PrivateKey } from "#server/protocol/keys";
import { holdForConsent, restsForConsent } from "../consent/hold-for-consent";
import { lookForConsent } from "../consent/look-for-consent";
import type { FrameworkContext } from "../context";
import { callHub } from "../identity/call-hub";
import { refuseWhileRestored } from "../restore/standing";
import { callHost } from "../transfers/call-host";
import { refuseUnroutable } from "../transfers/part-limit";
import { pushInputs } from "../transfers/push-inputs";
import { cancelRemote } from "./cancel-remote";
import { awaitsConsent, previousEndOf, type RemoteAttempt } from "./remote-attempt";
import { selectRemoteAttempt } from "./remote-attempts.repo";
import { applyAnswer, moveRemote, settleRemote } from "./settle-remote";

type Key = Pick<RemoteAttempt, "runKey" | "attempt">;

const marginMs = 30_000;

/** One fresh grant for exactly this attempt, from the hub; kept here, never handed to the proxy. */
async function requestGrant(ctx: FrameworkContext, row: RemoteAttempt): Promise<void> {
  const { app, version, digest, runId, step, index, limits, resultsLifetimeDays } = row.request;
  failpoint("home.grant.before-send");
  const answer = await callHub(ctx, {
    method: "POST",
    path: "/grants",
    json: {
      authorizationId: row.authorizationId,
      agreementId: row.agreementId,
      host: row.host,
      ...{ app, version, digest, runId, step, index, limits, resultsLifetimeDays },
      attempt: row.attempt,
      runKey: row.runKey,
      ...hashesOf(row.request),
      previous: previousEndOf(await selectRemoteAttempt(ctx.db, { ...row, attempt: row.attempt - 1 })),
    },
  });
  failpoint("home.grant.after-send");
  const { grant, grantId } = grantAnswer.parse(answer);
  const grantExpiresAt = new Date(ctx.now().getTime() + grantLifetimeSeconds * 1000 - marginMs);
  await moveRemote(ctx, row, (live) =>
    isMoving(live) ? { state: "SUBMITTING", grant, grantId, grantExpiresAt, waiting: null } : undefined,
  );
}

/** The key that the grant is bound to: it may be older than our present one, and is proven with until the grant ends. */
function keyOfGrant(ctx: FrameworkContext, grant: string | null): PrivateKey {
  if (grant === null) return ctx.key;
  const bound = grantClaims.shape.cnf.safeParse(decodeJwt(grant).cnf);
  return (bound.success ? ctx.keys.find(bound.data.jkt) : undefined) ?? ctx.key;
}

async function put(ctx: FrameworkContext, row: RemoteAttempt): Promise<HostedRunAnswer> {
  const answer = await callHost({ ...ctx, key: keyOfGrant(ctx, row.grant) }, row.host, {
    method: "PUT",
    path: `/v1/hosted-runs/${row.runKey}/${row.attempt}`,
    json: row.request,
    token: row.grant ?? undefined,
  });
  return hostedRunAnswer.parse(answer.body);
}

const proofs = 3;

/**
 * One refusal of a proof says nothing of the call: a copy of it that the wire brought first has used the proof, and the
 * host may have the attempt. Only when fresh proofs are refused as well is that the host's word.
 */
async function putProven(ctx: FrameworkContext, row: RemoteAttempt, left = proofs): Promise<HostedRunAnswer> {
  try {
    return await put(ctx, row);
  } catch (error) {
    const mayBeUsed = error instanceof KrdcError && error.reason === "unauthenticated" && left > 1;
    if (!mayBeUsed) throw error;
    return putProven(ctx, row, left - 1);
  }
}

/** The call and then the files that the host does not have; a run that is to be cancelled gets none. */
async function deliver(ctx: FrameworkContext, row: RemoteAttempt): Promise<HostedRunAnswer> {
  failpoint("home.intent.after-commit");
  const answer = await putProven(ctx, row);
  failpoint("home.submit.after-send");
  if (answer.missing.length === 0 || row.cancelRequestedAt) return answer;
  await pushInputs(ctx, row, answer.missing).catch((cause: unknown) => {
    // The run is accepted, so no refusal of its files may end it: they are sent again.
    const isNoRoute = cause instanceof KrdcError && cause.reason === "no_route";
    if (isNoRoute) throw new KrdcError("unavailable", "no_route", { cause, detail: cause.detail });
    throw new KrdcError("unavailable", "peer.input_refused", { cause });
  });
  return putProven(ctx, row);
}

/** An attempt that was given up here still lives at its host, which ends it as soon as it hears of that. */
const stillLive = "hosted_run.attempt_still_live";
const passing: ReadonlySet<string> = new Set(["clock_skew", "cluster.clock_skew", "peer.refused", stillLive]);

/**
 * Refusals that end nothing: they pass by themselves, come from something between the gateways, or concern a call that
 * the host may have accepted before.
 */
function isPassing(error: KrdcError, row: RemoteAttempt): boolean {
  if (error.retryable || error.kind === "too_many") return true;
  if (passing.has(error.reason)) return true;
  return ["unauthenticated", "no_route"].includes(error.reason) && row.state === "SUBMITTING";
}

/** The consent was renewed under another agreement and nobody told us: the hub names it, and this attempt asks again. */
async function takesNewAgreement(ctx: FrameworkContext, row: RemoteAttempt): Promise<boolean> {
  await lookForConsent(ctx, row);
  const now = await selectRemoteAttempt(ctx.db, row);
  return now !== undefined && now.agreementId !== row.agreementId;
}

const isSuperseded = ({ reason }: KrdcError) =>
  reason === "grant.older_attempt" || reason === "hosted_run.older_attempt";

/**
 * What a refusal means: a passing one is shown as the reason for waiting, an expired grant is asked for anew, any other
 * is the attempt's end, in the refuser's own words.
 */
async function afterRefusal(ctx: FrameworkContext, row: RemoteAttempt, error: unknown): Promise<void> {
  if (!(error instanceof KrdcError)) throw error;
  const waiting = { code: error.reason, detail: { ...error.detail, host: row.host } };
  if (error.reason === consentEnded && (await holdForConsent(ctx, row, waiting))) return;
  if (error.reason === "authorization.other_agreement" && (await takesNewAgreement(ctx, row))) return;
  if (isPassing(error, row)) {
    await moveRemote(ctx, row, (live) => (isMoving(live) ? { waiting } : undefined));
    return;
  }
  if (error.reason === "grant.expired" || error.reason === "grant.before_restore") {
    await moveRemote(ctx, row, (live) => (isMoving(live) ? { grant: null, grantExpiresAt: null, waiting } : undefined));
    return;
  }
  // We forgot that we have made a later attempt: this one ends uncounted, and the next one is answered as it was.
  const outcome = isSuperseded(error) ? "INTERRUPTED" : "REJECTED";
  await settleRemote(ctx, row, { outcome, reason: waiting }, isOpen);
}

/**
 * What may have been sent is never asked of the hub again before the host was: it answers the same call for ever, also
 * with a grant that has expired, while a refusal by the hub would end an attempt that runs.
 */
const needsGrant = (row: RemoteAttempt) => row.grant === null || row.state === "WAITING_GRANT";

/** Until the host said that it has the attempt; an event may say so while a call about it is still under way. */
const isOpen = (row: RemoteAttempt) => row.state === "WAITING_GRANT" || row.state === "SUBMITTING";

/** One that began to rest while a call about it was under way has no proxy app any more: nothing but its consent moves it. */
const isMoving = (row: RemoteAttempt) => isOpen(row) && !awaitsConsent(row);

/** Asks the host to run this attempt. Safe to repeat: the intent is written first, and the host answers the same PUT alike. */
export async function submitRemote(ctx: FrameworkContext, key: Key): Promise<void> {
  const row = await selectRemoteAttempt(ctx.db, key);
  if (!row || !isOpen(row)) return;
  try {
    if (row.state === "WAITING_GRANT" && row.cancelRequestedAt) {
      await settleRemote(ctx, row, { outcome: "CANCELLED", reason: null });
      return;
    }
    await refuseWhileRestored(ctx, row.host);
    if (await restsForConsent(ctx, row)) return;
    if (row.state === "WAITING_GRANT") await refuseUnroutable(ctx, row.host, filesIn(row.request.parameters));
    if (needsGrant(row)) await requestGrant(ctx, row);
    const granted = await selectRemoteAttempt(ctx.db, key);
    if (!granted || !isMoving(granted)) return;
    await applyAnswer(ctx, granted.host, await deliver(ctx, granted));
    if (granted.cancelRequestedAt) await cancelRemote(ctx, key);
  } catch (error) {
    await afterRefusal(ctx, row, error);
  }
}
