import { KrdcError } from "#server/errors";
import { failpoint } from "#server/failpoint";
import { grantAnswer } from "#server/protocol/framework-api";
import { grantLifetimeSeconds } from "#server/protocol/grant";
import { type HostedRunAnswer, hashesOf, hostedRunAnswer } from "#server/protocol/hosted-run";
import type { FrameworkContext } from "../context";
import { callHub } from "../identity/call-hub";
import { callHost } from "../transfers/call-host";
import { pushInputs } from "../transfers/push-inputs";
import { cancelRemote } from "./cancel-remote";
import { previousEndOf, type RemoteAttempt } from "./remote-attempt";
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
    isOpen(live) ? { state: "SUBMITTING", grant, grantId, grantExpiresAt, waiting: null } : undefined,
  );
}

async function put(ctx: FrameworkContext, row: RemoteAttempt): Promise<HostedRunAnswer> {
  const answer = await callHost(ctx, row.host, {
    method: "PUT",
    path: `/v1/hosted-runs/${row.runKey}/${row.attempt}`,
    json: row.request,
    token: row.grant ?? undefined,
  });
  return hostedRunAnswer.parse(answer.body);
}

/** The call and then the files that the host does not have; a run that is to be cancelled gets none. */
async function deliver(ctx: FrameworkContext, row: RemoteAttempt): Promise<HostedRunAnswer> {
  failpoint("home.intent.after-commit");
  const answer = await put(ctx, row);
  failpoint("home.submit.after-send");
  if (answer.missing.length === 0 || row.cancelRequestedAt) return answer;
  await pushInputs(ctx, row, answer.missing).catch((cause: unknown) => {
    // The run is accepted, so no refusal of its files may end it: they are sent again.
    throw new KrdcError("unavailable", "peer.input_refused", { cause });
  });
  return put(ctx, row);
}

/**
 * Refusals that end nothing: they pass by themselves, come from something between the gateways, or concern a call that
 * the host may have accepted before.
 */
function isPassing(error: KrdcError, row: RemoteAttempt): boolean {
  if (error.retryable || error.kind === "too_many") return true;
  if (["clock_skew", "cluster.clock_skew", "peer.refused"].includes(error.reason)) return true;
  return error.reason === "unauthenticated" && row.state === "SUBMITTING";
}

/**
 * What a refusal means: a passing one is shown as the reason for waiting, an expired grant is asked for anew, any other
 * is the attempt's end, in the refuser's own words.
 */
async function afterRefusal(ctx: FrameworkContext, row: RemoteAttempt, error: unknown): Promise<void> {
  if (!(error instanceof KrdcError)) throw error;
  const waiting = { code: error.reason, detail: { ...error.detail, host: row.host } };
  if (isPassing(error, row)) {
    await moveRemote(ctx, row, (live) => (isOpen(live) ? { waiting } : undefined));
    return;
  }
  if (error.reason === "grant.expired") {
    await moveRemote(ctx, row, (live) => (isOpen(live) ? { grant: null, grantExpiresAt: null, waiting } : undefined));
    return;
  }
  await settleRemote(ctx, row, { outcome: "REJECTED", reason: waiting }, isOpen);
}

/**
 * What may have been sent is never asked of the hub again before the host was: it answers the same call for ever, also
 * with a grant that has expired, while a refusal by the hub would end an attempt that runs.
 */
const needsGrant = (row: RemoteAttempt) => row.grant === null || row.state === "WAITING_GRANT";

/** Until the host said that it has the attempt; an event may say so while a call about it is still under way. */
const isOpen = (row: RemoteAttempt) => row.state === "WAITING_GRANT" || row.state === "SUBMITTING";

/** Asks the host to run this attempt. Safe to repeat: the intent is written first, and the host answers the same PUT alike. */
export async function submitRemote(ctx: FrameworkContext, key: Key): Promise<void> {
  const row = await selectRemoteAttempt(ctx.db, key);
  if (!row || !isOpen(row)) return;
  try {
    if (row.state === "WAITING_GRANT" && row.cancelRequestedAt) {
      await settleRemote(ctx, row, { outcome: "CANCELLED", reason: null });
      return;
    }
    if (needsGrant(row)) await requestGrant(ctx, row);
    const granted = await selectRemoteAttempt(ctx.db, key);
    if (!granted || !isOpen(granted)) return;
    await applyAnswer(ctx, granted.host, await deliver(ctx, granted));
    if (granted.cancelRequestedAt) await cancelRemote(ctx, key);
  } catch (error) {
    await afterRefusal(ctx, row, error);
  }
}
