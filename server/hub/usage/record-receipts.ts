import type { z } from "zod";
import { recordEntry } from "#server/audit/record-entry";
import type { Db } from "#server/db/connect";
import type { receiptReport, receiptReportAnswer } from "#server/protocol/framework-api";
import type { ClusterContext } from "../context";
import { findGrant } from "../grants/find-grant";
import { readReceipt } from "./read-receipt";
import { entryOf, isOfGrant, isSameReceipt } from "./usage";
import { findEntry, insertEntry } from "./usage.repo";

type Report = z.infer<typeof receiptReport>;
type Reported = Report["receipts"][number];
type Answer = z.infer<typeof receiptReportAnswer>;

/** Only the first counts; what the same attempt is said to have taken besides is noted for people and blocks nobody. */
async function noteDispute(ctx: ClusterContext, db: Db, told: Reported, host: string): Promise<void> {
  const known = await findEntry(db, told.runKey, told.attempt);
  const [first, other] = await Promise.all([
    known && readReceipt(ctx, host, known.receipt),
    readReceipt(ctx, host, told.receipt),
  ]);
  if (isSameReceipt(first ?? null, other ?? null)) return;
  const { runKey, attempt, receipt } = told;
  const entry = { actor: ctx.user.name, action: "receipt.disputed", subject: `${runKey}/${attempt}` };
  await recordEntry(db, ctx.now(), { ...entry, detail: { host, receipt } });
}

/** Why it is refused, or undefined when it stands in the ledger. */
async function record(ctx: ClusterContext, told: Reported): Promise<string | undefined> {
  const grant = await findGrant(ctx.db, told.grantId);
  const isOwn = grant?.home === ctx.user.name && grant.runKey === told.runKey && grant.attempt === told.attempt;
  if (!grant || !isOwn) return "grant.unknown";
  const receipt = await readReceipt(ctx, grant.host, told.receipt);
  if (!receipt) return "receipt.bad_signature";
  if (!isOfGrant(receipt, grant)) return "receipt.other_attempt";
  await ctx.db.transaction(async (tx) => {
    const isFirst = await insertEntry(tx, entryOf(receipt, grant, told.receipt, ctx.now()));
    if (!isFirst) await noteDispute(ctx, tx, told, grant.host);
  });
  return undefined;
}

/** A home hands in how its remote attempts ended, each under its host's own signature; a bad one keeps no other back. */
export async function recordReceipts(ctx: ClusterContext, { receipts }: Report): Promise<Answer> {
  const refused: Answer["refused"] = [];
  for (const told of receipts) {
    const { runKey, attempt } = told;
    const reason = await record(ctx, told);
    if (reason === undefined) continue;
    refused.push({ runKey, attempt, reason });
    const entry = { actor: ctx.user.name, action: "receipt.refuse", subject: `${runKey}/${attempt}` };
    await recordEntry(ctx.db, ctx.now(), { ...entry, detail: { reason, grantId: told.grantId } });
  }
  return { accepted: receipts.length - refused.length, refused };
}
