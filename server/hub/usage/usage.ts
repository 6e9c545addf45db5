import type { usageEntries } from "#drizzle/hub/schema/grants";
import { canonicalJson } from "#server/protocol/canonical";
import type { Receipt } from "#server/protocol/hosted-run";
import { type Usage, usageOf } from "#server/protocol/usage";
import type { Grant } from "../grants/grant";

export type UsageEntry = typeof usageEntries.$inferSelect;
/** What the ended attempts of an agreement took; `runs` counts step runs, however many attempts each needed. */
export type UsageSum = Usage & { runs: number };

export const nothingUsed: UsageSum = { runs: 0, cpuSeconds: 0, gpuSeconds: 0, outputBytes: 0 };

/** Whether a receipt is about exactly the attempt that this grant allowed. */
export const isOfGrant = (receipt: Receipt, grant: Grant): boolean =>
  receipt.host === grant.host &&
  receipt.runKey === grant.runKey &&
  receipt.attempt === grant.attempt &&
  receipt.parametersHash === grant.parametersHash &&
  receipt.inputsHash === grant.inputsHash;

/** The ledger's line for an attempt; `signed` is the receipt as it came. */
export function entryOf(receipt: Receipt, grant: Grant, signed: string, recordedAt: Date): UsageEntry {
  const { runKey, attempt, agreementId, home, host } = grant;
  const { outcome, endedAt } = receipt;
  return {
    ...{ runKey, attempt, grantId: grant.id, agreementId, home, host, outcome },
    ...usageOf(receipt),
    receipt: signed,
    endedAt: new Date(endedAt),
    recordedAt,
  };
}

/** Signatures differ from call to call; what counts is what was signed. */
export const isSameReceipt = (one: unknown, other: unknown) => canonicalJson(one) === canonicalJson(other);

const tolerance = 1e-6;
const isClose = (one: number, other: number) => Math.abs(one - other) <= tolerance * Math.max(1, Math.abs(one));

/** The first figure in which two ledgers differ, or undefined. */
export const differingFigure = (one: UsageSum, other: UsageSum): keyof UsageSum | undefined =>
  (Object.keys(nothingUsed) as (keyof UsageSum)[]).find((name) => !isClose(one[name], other[name]));
