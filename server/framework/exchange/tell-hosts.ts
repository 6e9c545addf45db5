import { KrdcError } from "#server/errors";
import { leaseAnswer } from "#server/protocol/framework-api";
import { hostedRunAnswer } from "#server/protocol/hosted-run";
import type { FrameworkContext } from "../context";
import { callHost } from "../transfers/call-host";
import { cancelRemote } from "./cancel-remote";
import { acknowledgeOpen } from "./fetch-results";
import type { RemoteAttempt } from "./remote-attempt";
import { selectAbandoned, selectAccepted, selectCancelling } from "./remote-attempts.repo";
import { reportReceipts } from "./report-receipts";
import { applyAnswer, keepLateReceipt, moveRemote } from "./settle-remote";
import { submitRemote } from "./submit-remote";

const acknowledgeMs = 15_000;
const cancelMs = 2000;

/** One host after another would let a silent one keep all others waiting. */
async function eachHost(rows: RemoteAttempt[], tell: (host: string, rows: RemoteAttempt[]) => Promise<void>) {
  const hosts = [...new Set(rows.map((row) => row.host))];
  const told = await Promise.allSettled(
    hosts.map((host) =>
      tell(
        host,
        rows.filter((row) => row.host === host),
      ),
    ),
  );
  const failed = told.find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
}

/** Cancels that hosts have not answered yet, whether or not a proxy stands for them. */
async function tellCancels(ctx: FrameworkContext): Promise<void> {
  await eachHost(await selectCancelling(ctx.db), async (_host, rows) => {
    // What may never have arrived is sent again first: only the host's answer tells what there is to cancel.
    for (const row of rows) await (row.state === "SUBMITTING" ? submitRemote(ctx, row) : cancelRemote(ctx, row));
  });
}

const isGone = (row: RemoteAttempt, unknown: { runKey: string; attempt: number }[]) =>
  unknown.some((one) => one.runKey === row.runKey && one.attempt === row.attempt);

/** Says that we are still interested in what runs for us, in one call for each host; what it does not know is shown. */
async function renewLeases(ctx: FrameworkContext): Promise<void> {
  await eachHost(await selectAccepted(ctx.db), async (host, rows) => {
    for (let from = 0; from < rows.length; from += 1000) {
      const part = rows.slice(from, from + 1000);
      const leases = part.map(({ runKey, attempt }) => ({ runKey, attempt }));
      const answer = await callHost(ctx, host, {
        method: "POST",
        path: "/v1/leases",
        json: { leases },
        timeoutMs: 15_000,
      });
      const { unknown } = leaseAnswer.parse(answer.body);
      const waiting = { code: "hosted_run.not_found", detail: { host } };
      for (const row of part) if (isGone(row, unknown)) await moveRemote(ctx, row, () => ({ waiting }));
    }
  });
}

/** Asks about every attempt anew: what no event told, because one side was set back, comes to light here. */
async function reconcile(ctx: FrameworkContext): Promise<void> {
  await eachHost(await selectAccepted(ctx.db), async (host, rows) => {
    for (const row of rows) {
      const path = `/v1/hosted-runs/${row.runKey}/${row.attempt}`;
      const answer = await callHost(ctx, host, { method: "GET", path, timeoutMs: 15_000 });
      await applyAnswer(ctx, host, hostedRunAnswer.parse(answer.body));
    }
  });
}

/** A person gave these up while their host was away: it is told to end them, and its record of them is kept for the ledger. */
async function tellAbandoned(ctx: FrameworkContext): Promise<void> {
  await eachHost(await selectAbandoned(ctx.db), async (host, rows) => {
    for (const row of rows) {
      const path = `/v1/hosted-runs/${row.runKey}/${row.attempt}/cancel`;
      const answer = await callHost(ctx, host, { method: "POST", path, json: {}, timeoutMs: 15_000 });
      const { receipt } = hostedRunAnswer.parse(answer.body);
      if (receipt) await keepLateReceipt(ctx, row, receipt);
    }
  });
}

/** Repeats a duty for as long as the framework lives; what fails now is done next time. */
function every(ctx: FrameworkContext, ms: number, name: string, duty: (ctx: FrameworkContext) => Promise<void>) {
  let isBusy = false;
  const timer = setInterval(async () => {
    if (isBusy) return;
    isBusy = true;
    await duty(ctx).catch((error: unknown) => {
      if (error instanceof KrdcError) ctx.log.info({ duty: name, reason: error.reason }, "a host was not told");
      else ctx.log.warn({ duty: name, error }, "a host was not told");
    });
    isBusy = false;
  }, ms);
  return () => clearInterval(timer);
}

/** Everything that hosts and the hub are owed by us as a home, told until they have heard it. */
export function startTelling(ctx: FrameworkContext): () => void {
  const stops = [
    every(ctx, cancelMs, "cancel", tellCancels),
    every(ctx, ctx.timing.renewLeaseMs, "lease", renewLeases),
    every(ctx, acknowledgeMs, "acknowledge", acknowledgeOpen),
    every(ctx, acknowledgeMs, "abandoned", tellAbandoned),
    every(ctx, cancelMs, "receipts", reportReceipts),
    every(ctx, ctx.timing.reconcileMs, "reconcile", reconcile),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
