import { KrdcError } from "#server/errors";
import { filesIn, hashesOf, type Receipt, receipt, receiptDate, receiptType } from "#server/protocol/hosted-run";
import { documentKeysOf } from "#server/protocol/key-rules";
import { readDatedDocument } from "#server/protocol/signed-document";
import type { FrameworkContext } from "../context";
import type { RemoteAttempt } from "../exchange/remote-attempt";
import { findPeer } from "../hosting/peers";

/** A capped log ends with a notice of its own. */
const noticeBytes = 64 * 1024;

/** The host's signed word, checked against what we asked for; anything else is no result of ours. */
export async function verifiedReceipt(ctx: FrameworkContext, row: RemoteAttempt): Promise<Receipt> {
  const peer = await findPeer(ctx, row.host);
  if (!peer || !row.receipt) throw new KrdcError("unprocessable", "results.no_receipt");
  const signed = { jws: row.receipt, datedAt: receiptDate };
  const keys = documentKeysOf(peer, ctx.now(), ctx.timing);
  const read = receipt.safeParse(await readDatedDocument(keys, receiptType, signed));
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
