import { KrdcError } from "#server/errors";
import { failpoint } from "#server/failpoint";
import { filesIn, type Receipt } from "#server/protocol/hosted-run";
import type { FrameworkContext } from "../context";
import { keepArtifact } from "../storage/keep-artifact";
import { callHost } from "../transfers/call-host";
import { fetchFile } from "../transfers/fetch-file";
import { refuseUnroutable } from "../transfers/part-limit";
import { pullLog } from "../transfers/pull-log";
import { verifiedReceipt } from "../transfers/verified-receipt";
import type { RemoteAttempt } from "./remote-attempt";
import { selectRemoteAttempt, selectUnacknowledged, updateAcknowledged } from "./remote-attempts.repo";
import { moveRemote, settleRemote } from "./settle-remote";

/** What the host's results themselves are guilty of; every other trouble passes or is somebody's to mend, and waits. */
const isBadResult = ({ reason }: KrdcError) =>
  /^(results\.bad_receipt|signature\.invalid|storage\.(wrong_digest|too_large|damaged)|no_route)$/.test(reason);

async function afterTrouble(
  ctx: FrameworkContext,
  row: RemoteAttempt,
  error: unknown,
  proven: Receipt | undefined,
): Promise<void> {
  if (!(error instanceof KrdcError)) throw error;
  const reason = { code: error.reason, detail: { ...error.detail, host: row.host } };
  if (isBadResult(error))
    await settleRemote(ctx, row, { outcome: "RESULTS_REFUSED", reason, receipt: proven ? row.receipt : null });
  else await moveRemote(ctx, row, () => ({ waiting: reason }));
}

/** Verifies the receipt, fetches every output by its digest, writes the end, then acknowledges to the host. */
export async function fetchResults(
  ctx: FrameworkContext,
  key: Pick<RemoteAttempt, "runKey" | "attempt">,
): Promise<void> {
  const row = await selectRemoteAttempt(ctx.db, key);
  if (row?.state !== "FETCHING") return;
  let proven: Receipt | undefined;
  try {
    proven = await verifiedReceipt(ctx, row);
    await refuseUnroutable(ctx, row.host, filesIn(proven.outputs));
    for (const file of filesIn(proven.outputs)) {
      await fetchFile(ctx, row, file);
      await keepArtifact(ctx, file, `peer:${row.host}`);
    }
    await pullLog(ctx, key, { until: proven.logBytes });
  } catch (error) {
    await afterTrouble(ctx, row, error, proven);
    return;
  }
  const fresh = (await selectRemoteAttempt(ctx.db, key)) ?? row;
  await settleRemote(ctx, fresh, {
    outcome: proven.outcome,
    reason: proven.reason ? { code: proven.reason, detail: { host: row.host, exitCode: proven.exitCode } } : null,
    exitCode: proven.exitCode,
    outputs: proven.outputs,
    receipt: row.receipt,
    startedAt: proven.startedAt ? new Date(proven.startedAt) : null,
    endedAt: new Date(proven.endedAt),
    bytesIn: filesIn(proven.outputs).reduce((sum, file) => sum + file.size, 0),
  });
  await acknowledgeIfThere(ctx, row);
}

/** The host may keep less once it knows that home has everything. */
async function acknowledge(
  ctx: FrameworkContext,
  row: Pick<RemoteAttempt, "runKey" | "attempt" | "host">,
): Promise<void> {
  const path = `/v1/hosted-runs/${row.runKey}/${row.attempt}/acknowledge`;
  failpoint("home.acknowledge.before-send");
  await callHost(ctx, row.host, { method: "POST", path, json: {}, timeoutMs: 10_000 });
  failpoint("home.acknowledge.after-send");
  await updateAcknowledged(ctx.db, row, ctx.now());
}

/** An acknowledgement that does not arrive now is repeated later. */
const acknowledgeIfThere = (ctx: FrameworkContext, row: Pick<RemoteAttempt, "runKey" | "attempt" | "host">) =>
  acknowledge(ctx, row).catch((error: unknown) => {
    ctx.log.info({ host: row.host, error }, "an acknowledgement did not arrive");
  });

/** Repeats the acknowledgements that hosts have not heard yet. */
export async function acknowledgeOpen(ctx: FrameworkContext): Promise<void> {
  for (const row of await selectUnacknowledged(ctx.db, 100)) await acknowledgeIfThere(ctx, row);
}
