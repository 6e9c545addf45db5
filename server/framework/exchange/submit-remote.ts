import { KrdcError } from "#server/errors";
import { grantAnswer } from "#server/protocol/framework-api";
import { grantLifetimeSeconds } from "#server/protocol/grant";
import { type HostedRunAnswer, hashesOf, hostedRunAnswer } from "#server/protocol/hosted-run";
import type { FrameworkContext } from "../context";
import { callHub } from "../identity/call-hub";
import { callHost } from "./call-host";
import { pushInputs } from "./push-inputs";
import type { RemoteAttempt } from "./remote-attempt";
import { selectRemoteAttempt } from "./remote-attempts.repo";
import { applyAnswer, moveRemote, settleRemote } from "./settle-remote";

type Key = Pick<RemoteAttempt, "runKey" | "attempt">;

const marginMs = 30_000;

/** One fresh grant for exactly this attempt, from the hub; kept here, never handed to the proxy. */
async function requestGrant(ctx: FrameworkContext, row: RemoteAttempt): Promise<void> {
  const { app, version, digest, runId, step, index, limits, resultsLifetimeDays } = row.request;
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
    },
  });
  const { grant, grantId } = grantAnswer.parse(answer);
  await moveRemote(ctx, row, () => ({
    state: "SUBMITTING",
    grant,
    grantId,
    grantExpiresAt: new Date(ctx.now().getTime() + grantLifetimeSeconds * 1000 - marginMs),
    waiting: null,
  }));
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

const isPassing = (error: KrdcError) => error.retryable || error.kind === "too_many" || error.reason === "clock_skew";

/**
 * What a refusal means: a passing one is shown as the reason for waiting, an expired grant is asked for anew, any other
 * is the attempt's end, in the refuser's own words.
 */
async function afterRefusal(ctx: FrameworkContext, row: RemoteAttempt, error: unknown): Promise<void> {
  if (!(error instanceof KrdcError)) throw error;
  const waiting = { code: error.reason, detail: { ...error.detail, host: row.host } };
  if (isPassing(error)) {
    await moveRemote(ctx, row, () => ({ waiting }));
    return;
  }
  if (error.reason === "grant.expired") {
    await moveRemote(ctx, row, () => ({ grant: null, grantExpiresAt: null, waiting }));
    return;
  }
  await settleRemote(ctx, row, { outcome: "REJECTED", reason: waiting });
}

const isFresh = (ctx: FrameworkContext, row: RemoteAttempt) =>
  row.grant !== null && row.grantExpiresAt !== null && row.grantExpiresAt > ctx.now();

/** Asks the host to run this attempt. Safe to repeat: the intent is written first, and the host answers the same PUT alike. */
export async function submitRemote(ctx: FrameworkContext, key: Key): Promise<void> {
  const row = await selectRemoteAttempt(ctx.db, key);
  if (!row || row.state === "ENDED") return;
  try {
    if (row.state === "WAITING_GRANT" && row.cancelRequestedAt) {
      await settleRemote(ctx, row, { outcome: "CANCELLED", reason: null });
      return;
    }
    if (!isFresh(ctx, row)) await requestGrant(ctx, row);
    const granted = await selectRemoteAttempt(ctx.db, key);
    if (!granted || granted.state === "ENDED") return;
    const answer = await put(ctx, granted);
    await pushInputs(ctx, granted, answer.missing);
    await applyAnswer(ctx, granted.host, answer);
  } catch (error) {
    await afterRefusal(ctx, row, error);
  }
}
