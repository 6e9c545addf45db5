import { KrdcError } from "#server/errors";
import { failpoint } from "#server/failpoint";
import { hostedRunAnswer } from "#server/protocol/hosted-run";
import type { FrameworkContext } from "../context";
import { callHost } from "../transfers/call-host";
import type { RemoteAttempt } from "./remote-attempt";
import { selectRemoteAttempt, selectUncancelled, updateRemoteAttempt } from "./remote-attempts.repo";
import { applyAnswer, settleRemote } from "./settle-remote";

/**
 * Notes that a run's remote attempts are to be cancelled. What was never sent ends at once; the rest is told to its host
 * by the proxies. Call inside a transaction.
 */
export async function requestRemoteCancels(ctx: FrameworkContext, runId: string): Promise<void> {
  for (const row of await selectUncancelled(ctx.db, runId)) {
    await updateRemoteAttempt(ctx.db, row, { cancelRequestedAt: ctx.now() });
    if (row.state !== "WAITING_GRANT") continue;
    await settleRemote(ctx, row, { outcome: "CANCELLED", reason: null });
  }
}

/** Tells the host to end this attempt; it is over only when the host has said how it ended. */
export async function cancelRemote(
  ctx: FrameworkContext,
  key: Pick<RemoteAttempt, "runKey" | "attempt">,
): Promise<void> {
  const row = await selectRemoteAttempt(ctx.db, key);
  if (!row || row.state === "ENDED") return;
  try {
    const path = `/v1/hosted-runs/${row.runKey}/${row.attempt}/cancel`;
    failpoint("home.cancel.before-send");
    const answer = await callHost(ctx, row.host, { method: "POST", path, json: {} });
    failpoint("home.cancel.after-send");
    await applyAnswer(ctx, row.host, hostedRunAnswer.parse(answer.body));
  } catch (error) {
    if (!(error instanceof KrdcError) || !error.retryable) throw error;
    ctx.log.info({ host: row.host, reason: error.reason }, "the host was not told yet of a cancel");
  }
}
