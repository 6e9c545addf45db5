import { type Receipt, receipt, receiptDate, receiptType } from "#server/protocol/hosted-run";
import { documentKeysOf } from "#server/protocol/key-rules";
import { readDatedDocument } from "#server/protocol/signed-document";
import { findCluster } from "../clusters/find-cluster";
import type { AnyContext } from "../context";

/** A terminal record that this host signed with its key, or with a former one while that counted; undefined for anything else. */
export async function readReceipt(ctx: AnyContext, host: string, jws: string): Promise<Receipt | undefined> {
  const cluster = await findCluster(ctx.db, host);
  if (!cluster) return undefined;
  const keys = documentKeysOf(cluster, ctx.now(), ctx.hub.keyTiming);
  const read = await readDatedDocument(keys, receiptType, { jws, datedAt: receiptDate }).catch(() => undefined);
  const parsed = receipt.safeParse(read);
  return parsed.success && parsed.data.host === host ? parsed.data : undefined;
}
