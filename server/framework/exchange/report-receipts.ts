import { receiptReportAnswer } from "#server/protocol/framework-api";
import type { FrameworkContext } from "../context";
import { callHub } from "../identity/call-hub";
import { selectUnreportedReceipts, updateReceiptReported } from "./remote-attempts.repo";

const atOnce = 100;

/** Hands the hub's ledger the terminal records that it does not have yet; those it refuses, it has noted and never takes. */
export async function reportReceipts(ctx: FrameworkContext): Promise<void> {
  const receipts = await selectUnreportedReceipts(ctx.db, atOnce);
  if (receipts.length === 0) return;
  const answer = await callHub(ctx, { method: "POST", path: "/receipts", json: { receipts } });
  for (const refused of receiptReportAnswer.parse(answer).refused) {
    ctx.log.warn(refused, "the hub did not take a receipt");
  }
  await updateReceiptReported(ctx.db, receipts, ctx.now());
}
