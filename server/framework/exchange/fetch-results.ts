import { Readable } from "node:stream";
import { KrdcError } from "#server/errors";
import { filesIn, hashesOf, type Receipt, receipt, receiptType } from "#server/protocol/hosted-run";
import { readSignedDocument } from "#server/protocol/signed-document";
import type { FrameworkContext } from "../context";
import { findPeer } from "../hosting/peers";
import { keepArtifact, listForeignArtifacts } from "../storage/keep-artifact";
import { isStored, storeStream } from "../storage/store";
import { callHost, streamFromHost, transferMs } from "./call-host";
import { pullLog } from "./pull-log";
import type { RemoteAttempt } from "./remote-attempt";
import { selectRemoteAttempt, selectUnacknowledged, updateAcknowledged } from "./remote-attempts.repo";
import { moveRemote, settleRemote } from "./settle-remote";

const triesOfABadDigest = 3;
/** A capped log ends with a notice of its own. */
const noticeBytes = 64 * 1024;

/** The host's signed word, checked against what we asked for; anything else is no result of ours. */
async function verifiedReceipt(ctx: FrameworkContext, row: RemoteAttempt): Promise<Receipt> {
  const peer = await findPeer(ctx, row.host);
  if (!peer || !row.receipt) throw new KrdcError("unprocessable", "results.no_receipt");
  const read = receipt.safeParse(await readSignedDocument(peer.key, receiptType, row.receipt));
  if (!read.success) throw new KrdcError("unprocessable", "results.bad_receipt");
  const expected = {
    ...hashesOf(row.request),
    host: row.host,
    runKey: row.runKey,
    attempt: row.attempt,
    digest: row.request.digest,
  };
  for (const [name, value] of Object.entries(expected)) {
    if (read.data[name as keyof Receipt] !== value)
      throw new KrdcError("unprocessable", "results.bad_receipt", { detail: { name } });
  }
  const bytes = filesIn(read.data.outputs).reduce((sum, file) => sum + file.size, 0);
  const isOver = bytes > row.request.limits.outputBytes || read.data.logBytes > ctx.logBytes + noticeBytes;
  if (isOver) throw new KrdcError("unprocessable", "results.bad_receipt", { detail: { name: "size" } });
  return read.data;
}

/** Only what this host brought before: naming somebody else's digest must not make that file its own. */
async function isBrought(ctx: FrameworkContext, host: string, sha256: string): Promise<boolean> {
  const isForeign = (await listForeignArtifacts(ctx, `peer:${host}`, [sha256])).length > 0;
  return !isForeign && isStored(ctx.folder, sha256);
}

async function fetchFile(
  ctx: FrameworkContext,
  row: RemoteAttempt,
  file: { sha256: string; size: number },
): Promise<void> {
  if (await isBrought(ctx, row.host, file.sha256)) return;
  const path = `/v1/hosted-runs/${row.runKey}/${row.attempt}/outputs/${file.sha256}`;
  for (let left = triesOfABadDigest; ; left -= 1) {
    try {
      const response = await streamFromHost(ctx, row.host, { method: "GET", path, timeoutMs: transferMs });
      if (!response.body) throw new KrdcError("unavailable", "peer.unreachable");
      const body = Readable.fromWeb(response.body as import("node:stream/web").ReadableStream);
      await storeStream(ctx.folder, body, { maxBytes: file.size, expected: file.sha256 });
      return;
    } catch (error) {
      const isBad =
        error instanceof KrdcError && (error.reason === "storage.wrong_digest" || error.reason === "storage.too_large");
      if (!isBad || left <= 1) throw error;
    }
  }
}

/** What the host's results themselves are guilty of; every other trouble passes or is somebody's to mend, and waits. */
const isBadResult = ({ reason }: KrdcError) =>
  /^(results\.bad_receipt|signature\.invalid|storage\.wrong_digest|storage\.too_large)$/.test(reason);

async function afterTrouble(ctx: FrameworkContext, row: RemoteAttempt, error: unknown): Promise<void> {
  if (!(error instanceof KrdcError)) throw error;
  const reason = { code: error.reason, detail: { ...error.detail, host: row.host } };
  if (isBadResult(error)) await settleRemote(ctx, row, { outcome: "RESULTS_REFUSED", reason });
  else await moveRemote(ctx, row, () => ({ waiting: reason }));
}

/** Verifies the receipt, fetches every output by its digest, writes the end, then acknowledges to the host. */
export async function fetchResults(
  ctx: FrameworkContext,
  key: Pick<RemoteAttempt, "runKey" | "attempt">,
): Promise<void> {
  const row = await selectRemoteAttempt(ctx.db, key);
  if (row?.state !== "FETCHING") return;
  let proven: Receipt;
  try {
    proven = await verifiedReceipt(ctx, row);
    for (const file of filesIn(proven.outputs)) {
      await fetchFile(ctx, row, file);
      await keepArtifact(ctx, file, `peer:${row.host}`);
    }
    await pullLog(ctx, key, { until: proven.logBytes });
  } catch (error) {
    await afterTrouble(ctx, row, error);
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
  await callHost(ctx, row.host, { method: "POST", path, json: {}, timeoutMs: 10_000 });
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
