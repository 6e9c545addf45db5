import { KrdcError } from "#server/errors";
import { leaseAnswer } from "#server/protocol/framework-api";
import { hostedRunAnswer } from "#server/protocol/hosted-run";
import { lookForConsents } from "../consent/look-for-consent";
import type { FrameworkContext } from "../context";
import { repeatAll } from "../repeat";
import { callHost } from "../transfers/call-host";
import { cancelRemote } from "./cancel-remote";
import { acknowledgeOpen } from "./fetch-results";
import type { RemoteAttempt } from "./remote-attempt";
import { selectAbandoned, selectAccepted, selectCancelling, selectOpenAt } from "./remote-attempts.repo";
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

/** What a host no longer knows is shown and stays as it is: missing never means that it may run again. */
const showMissing = (ctx: FrameworkContext, row: RemoteAttempt) =>
  moveRemote(ctx, row, () => ({ waiting: { code: "hosted_run.not_found", detail: { host: row.host } } }));

/** One row that a host refuses keeps none of its other rows waiting; a host that is away ends its round. */
async function eachRow(ctx: FrameworkContext, rows: RemoteAttempt[], tell: (row: RemoteAttempt) => Promise<void>) {
  for (const row of rows) {
    try {
      await tell(row);
    } catch (error) {
      if (!(error instanceof KrdcError) || error.retryable) throw error;
      if (error.kind === "not_found") await showMissing(ctx, row);
      ctx.log.info({ runKey: row.runKey, attempt: row.attempt, reason: error.reason }, "a host refused to answer");
    }
  }
}

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
      for (const row of part) if (isGone(row, unknown)) await showMissing(ctx, row);
    }
  });
}

async function askAbout(ctx: FrameworkContext, { host, runKey, attempt }: RemoteAttempt): Promise<void> {
  const path = `/v1/hosted-runs/${runKey}/${attempt}`;
  const answer = await callHost(ctx, host, { method: "GET", path, timeoutMs: 15_000 });
  await applyAnswer(ctx, host, hostedRunAnswer.parse(answer.body));
}

/** Asks about every attempt anew: what no event told, because one side was set back, comes to light here. */
async function reconcile(ctx: FrameworkContext): Promise<void> {
  await eachHost(await selectAccepted(ctx.db), (_host, rows) => eachRow(ctx, rows, (row) => askAbout(ctx, row)));
}

/** After we were set back one host is asked about everything that is open with it, also what we do not remember to have sent. */
export async function reconcileWith(ctx: FrameworkContext, host: string): Promise<void> {
  for (const row of await selectOpenAt(ctx.db, host)) {
    await askAbout(ctx, row).catch((error: unknown) => {
      if (!(error instanceof KrdcError) || error.retryable) throw error;
      if (error.kind !== "not_found") return;
      return row.hostSeq < 0 ? undefined : showMissing(ctx, row);
    });
  }
}

/** A person gave these up while their host was away: it is told to end them, and its record of them is kept for the ledger. */
async function tellAbandoned(ctx: FrameworkContext): Promise<void> {
  await eachHost(await selectAbandoned(ctx.db), (host, rows) =>
    eachRow(ctx, rows, async (row) => {
      const path = `/v1/hosted-runs/${row.runKey}/${row.attempt}/cancel`;
      const answer = await callHost(ctx, host, { method: "POST", path, json: {}, timeoutMs: 15_000 });
      const { receipt } = hostedRunAnswer.parse(answer.body);
      if (receipt) await keepLateReceipt(ctx, row, receipt);
    }),
  );
}

/** Everything that hosts and the hub are owed by us as a home, told until they have heard it. */
export const startTelling = (ctx: FrameworkContext): (() => void) =>
  repeatAll(ctx, [
    { name: "cancel", everyMs: cancelMs, work: () => tellCancels(ctx) },
    { name: "lease", everyMs: ctx.timing.renewLeaseMs, work: () => renewLeases(ctx) },
    { name: "acknowledge", everyMs: acknowledgeMs, work: () => acknowledgeOpen(ctx) },
    { name: "abandoned", everyMs: acknowledgeMs, work: () => tellAbandoned(ctx) },
    { name: "receipts", everyMs: cancelMs, work: () => reportReceipts(ctx) },
    { name: "consent", everyMs: ctx.timing.consentMs, work: () => lookForConsents(ctx) },
    { name: "reconcile", everyMs: ctx.timing.reconcileMs, work: () => reconcile(ctx) },
  ]);
