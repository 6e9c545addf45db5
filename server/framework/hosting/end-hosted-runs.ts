import { failpoint } from "#server/failpoint";
import type { Value } from "#server/graph/workflow";
import type { AgreementDocument } from "#server/protocol/agreement";
import { hashesOf, type Receipt, receiptType } from "#server/protocol/hosted-run";
import { signDocument } from "#server/protocol/signed-document";
import type { Outcome } from "#server/protocol/states";
import { usageOf } from "#server/protocol/usage";
import { type Agreement, holdAgreement, settleUse } from "../agreements/use-agreement";
import { type FrameworkContext, within } from "../context";
import type { StopReason } from "../execution/execution";
import { stopExecutions } from "../execution/queue-execution";
import { type HostedRun, isBeingEnded, stateWhileEnding } from "./hosted-run";
import {
  countLiveOfAgreement,
  type HostedKey,
  lockHostedRun,
  selectHostedRun,
  selectLiveOfAgreement,
  selectLiveOfUsers,
  updateHostedRun,
} from "./hosted-runs.repo";
import { nextEventSeq } from "./peers.repo";

type End = {
  outcome: Outcome;
  reason: string | null;
  exitCode: number | null;
  outputs: Record<string, Value>;
  startedAt: Date | null;
  endedAt: Date;
  cpuSeconds: number;
  logBytes: number;
};

const neverStarted = { exitCode: null, outputs: {}, startedAt: null, cpuSeconds: 0, logBytes: 0 };

/** A GPU is held for as long as the app ran, whatever it did with it. */
function gpuSecondsOf(row: HostedRun, end: End): number {
  if (!end.startedAt) return 0;
  return row.request.limits.gpu * Math.max(0, (end.endedAt.getTime() - end.startedAt.getTime()) / 1000);
}

/**
 * Writes an attempt's terminal record with our signature under it, and moves what was set aside for it to what it took;
 * neither ever changes afterwards; what we have signed already is not signed anew. Call under the locks of its agreement and its row.
 */
export async function endHostedRun(ctx: FrameworkContext, row: HostedRun, end: End, signed?: string): Promise<void> {
  const document: Receipt = {
    schema: "krdc.receipt/v1",
    host: ctx.name,
    runKey: row.runKey,
    attempt: row.attempt,
    digest: row.request.digest,
    ...hashesOf(row.request),
    ...end,
    gpuSeconds: gpuSecondsOf(row, end),
    startedAt: end.startedAt?.toISOString() ?? null,
    endedAt: end.endedAt.toISOString(),
  };
  await settleUse(ctx, row.agreementId, { reserved: row.reserved, used: usageOf(document) });
  await updateHostedRun(ctx.db, row, {
    state: "RESULTS_READY",
    outcome: end.outcome,
    reason: end.reason,
    exitCode: end.exitCode,
    startedAt: end.startedAt,
    endedAt: end.endedAt,
    receipt: signed ?? (await signDocument(ctx.key, receiptType, document)),
    seq: await nextEventSeq(ctx.db, row.home),
  });
}

type Held = { row: HostedRun; agreement: Agreement };

/** A living hosted run under the locks of its agreement and its own, in that order; undefined once it has ended. */
export async function holdHostedRun(ctx: FrameworkContext, key: HostedKey): Promise<Held | undefined> {
  const known = await selectHostedRun(ctx.db, key);
  if (!known || known.outcome !== null) return undefined;
  const agreement = await holdAgreement(ctx, known.agreementId);
  const row = await lockHostedRun(ctx.db, key);
  return agreement && row && row.outcome === null ? { row, agreement } : undefined;
}

type Why = { outcome: Exclude<StopReason, "INTERRUPTED"> | "REJECTED"; reason: string | null };

/** Ends a living run: at once where nothing was queued yet, or else through its execution. Call under both locks. */
export async function stopHostedRun(ctx: FrameworkContext, row: HostedRun, why: Why): Promise<void> {
  const state = stateWhileEnding(row, why.outcome);
  if (!state) return endHostedRun(ctx, row, { ...neverStarted, ...why, endedAt: ctx.now() });
  await updateHostedRun(ctx.db, row, { state, reason: why.reason, seq: await nextEventSeq(ctx.db, row.home) });
  await stopExecutions(ctx, [row.executionName], why.outcome);
}

/** Its home framework asks that an attempt end. */
export async function cancelHostedRun(ctx: FrameworkContext, key: HostedKey): Promise<void> {
  await ctx.db.transaction(async (db) => {
    const inside = within(ctx, db);
    const held = await holdHostedRun(inside, key);
    if (held && !isBeingEnded(held.row)) await stopHostedRun(inside, held.row, { outcome: "CANCELLED", reason: null });
    failpoint("host.cancel.before-commit");
  });
  failpoint("host.cancel.after-commit");
}

/** Home has everything; from now on its results may go when their lifetime is over. */
export async function acknowledgeHostedRun(ctx: FrameworkContext, key: HostedKey): Promise<void> {
  await ctx.db.transaction(async (db) => {
    const row = await lockHostedRun(db, key);
    if (row?.state === "RESULTS_READY") await updateHostedRun(db, key, { state: "ACKED", ackedAt: ctx.now() });
    failpoint("host.acknowledge.before-commit");
  });
  failpoint("host.acknowledge.after-commit");
}

/** How many hosted runs live under an agreement now. */
export const countHostedRunsOf = (ctx: FrameworkContext, agreementId: string): Promise<number> =>
  countLiveOfAgreement(ctx.db, agreementId);

const hasNotBegun = (row: HostedRun) => row.state === "RECEIVED" || row.state === "QUEUED";

/**
 * Ends what lives under a revoked agreement, all of it or, where the owner lets it drain, what has not begun. Call inside
 * the transaction that holds its lock.
 */
export async function endHostedRunsOf(
  ctx: FrameworkContext,
  agreementId: string,
  onRevoke: AgreementDocument["onRevoke"],
): Promise<void> {
  for (const row of await selectLiveOfAgreement(ctx.db, agreementId)) {
    if (onRevoke === "kill" || hasNotBegun(row))
      await stopHostedRun(ctx, row, { outcome: "REVOKED", reason: "agreement.revoked" });
  }
}

/** The hub says that these people may do nothing any more: what runs for them here ends. */
export async function endHostedRunsOfUsers(ctx: FrameworkContext, users: string[]): Promise<void> {
  for (const key of await selectLiveOfUsers(ctx.db, users)) {
    await ctx.db.transaction(async (db) => {
      const inside = within(ctx, db);
      const held = await holdHostedRun(inside, key);
      if (held && held.row.state !== "REVOKING")
        await stopHostedRun(inside, held.row, { outcome: "REVOKED", reason: "member.disabled" });
    });
  }
}
