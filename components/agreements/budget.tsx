import type { Budget } from "#server/protocol/agreement";

export type Term = keyof Budget;
/** The terms of a budget in the order in which people read them. */
export const TERMS: readonly Term[] = ["runs", "cpuSeconds", "gpuSeconds", "outputBytes"];

/** What one of a field's units is in the budget: people think in hours and gigabytes. */
const UNIT: Record<Term, number> = { runs: 1, cpuSeconds: 3600, gpuSeconds: 3600, outputBytes: 1e9 };
const MOST_RUNS = 1_000_000;

/** What a field says: null for no limit, undefined when it is no amount. */
export function readAmount(term: Term, text: string): number | null | undefined {
  const typed = text.trim();
  if (typed === "") return null;
  const form = term === "runs" ? /^\d{1,9}$/ : /^\d{1,9}(\.\d{1,6})?$/;
  if (!form.test(typed)) return undefined;
  const amount = Math.round(Number(typed) * UNIT[term]);
  const most = term === "runs" ? MOST_RUNS : Number.MAX_SAFE_INTEGER;
  return amount >= 1 && amount <= most ? amount : undefined;
}

/** The budget that a form's fields ask for, once each of them is an amount. */
export const budgetOf = (fields: Record<Term, string>): Budget => ({
  runs: readAmount("runs", fields.runs) ?? null,
  cpuSeconds: readAmount("cpuSeconds", fields.cpuSeconds) ?? null,
  gpuSeconds: readAmount("gpuSeconds", fields.gpuSeconds) ?? null,
  outputBytes: readAmount("outputBytes", fields.outputBytes) ?? null,
});
