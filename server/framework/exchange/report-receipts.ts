import { KrdcError } from "#server/errors";
import type { FrameworkContext } from "../context";
import { callHub } from "../identity/call-hub";
import { selectUnreportedReceipts, updateReceiptReported } from "./remote-attempts.repo";

const atOnce = 100;

type Reported = Awaited<ReturnType<typeof selectUnreportedReceipts>>;

async function report(ctx: FrameworkContext, rows: Reported): Promise<void> {
  await callHub(ctx, { method: "POST", path: "/receipts", json: { receipts: rows } });
  await updateReceiptReported(ctx.db, rows, ctx.now());
}

/** One that the hub will never take must not keep the others back. */
async function reportSingly(ctx: FrameworkContext, rows: Reported): Promise<void> {
  for (const row of rows) {
    try {
      await report(ctx, [row]);
    } catch (error) {
      if (!(error instanceof KrdcError) || error.retryable) throw error;
      ctx.log.warn(
        { runKey: row.runKey, attempt: row.attempt, reason: error.reason },
        "the hub did not take a receipt",
      );
      await updateReceiptReported(ctx.db, [row], ctx.now());
    }
  }
}

/** Hands the hub's ledger the terminal records that it does not have yet. */
export async function reportReceipts(ctx: FrameworkContext): Promise<void> {
  const rows = await selectUnreportedReceipts(ctx.db, atOnce);
  if (rows.length === 0) return;
  try {
    await report(ctx, rows);
  } catch (error) {
    if (!(error instanceof KrdcError) || error.retryable) throw error;
    await reportSingly(ctx, rows);
  }
}
