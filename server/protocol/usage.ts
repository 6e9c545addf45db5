import { filesIn, type Receipt } from "./hosted-run";
import type { Limits } from "./limits";

/** What attempts took, or may take, of an agreement's budget. */
export type Usage = { cpuSeconds: number; gpuSeconds: number; outputBytes: number };

/** The most that one attempt within these limits can take; set aside when it is accepted. */
export const reservationOf = (limits: Limits): Usage => ({
  cpuSeconds: Math.ceil((limits.cpuMillis / 1000) * limits.durationSeconds),
  gpuSeconds: limits.gpu * limits.durationSeconds,
  outputBytes: limits.outputBytes,
});

/** What an attempt took, as its signed terminal record says. */
export const usageOf = (receipt: Pick<Receipt, "cpuSeconds" | "gpuSeconds" | "outputs">): Usage => ({
  cpuSeconds: receipt.cpuSeconds,
  gpuSeconds: receipt.gpuSeconds,
  outputBytes: filesIn(receipt.outputs).reduce((sum, file) => sum + file.size, 0),
});
