import type { Value } from "#server/graph/workflow";
import { hashesOf, type Receipt, receiptType } from "#server/protocol/hosted-run";
import { signDocument } from "#server/protocol/signed-document";
import type { Outcome } from "#server/protocol/states";
import { isAgreementAlive } from "../agreements/use-agreement";
import { type FrameworkContext, within } from "../context";
import type { ExecutionOwner } from "../execution/execution";
import { stopExecutions } from "../execution/queue-execution";
import type { HostedRun } from "./hosted-run";
import {
  countLiveOfAgreement,
  type HostedKey,
  lockHostedRun,
  selectHostedRun,
  selectLiveOfAgreement,
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

/** Writes an attempt's terminal record with our signature under it; it never changes afterwards. */
async function endHostedRun(ctx: FrameworkContext, row: HostedRun, end: End): Promise<void> {
  const document: Receipt = {
    schema: "krdc.receipt/v1",
    host: ctx.name,
    runKey: row.runKey,
    attempt: row.attempt,
    digest: row.request.digest,
    ...hashesOf(row.request),
    ...end,
    startedAt: end.startedAt?.toISOString() ?? null,
    endedAt: end.endedAt.toISOString(),
  };
  await updateHostedRun(ctx.db, row, {
    state: "RESULTS_READY",
    outcome: end.outcome,
    reason: end.reason,
    exitCode: end.exitCode,
    startedAt: end.startedAt,
    endedAt: end.endedAt,
    receipt: await signDocument(ctx.key, receiptType, document),
    seq: await nextEventSeq(ctx.db, row.home),
  });
}

/** Hosted runs hear of their executions in the same transaction. */
export const hostedOwner: ExecutionOwner = {
  mayNotStart: async (ctx, execution) => {
    const key = { home: execution.home ?? "", runKey: execution.runKey, attempt: execution.attempt };
    const row = await selectHostedRun(ctx.db, key);
    if (row && (await isAgreementAlive(ctx, row.agreementId))) return undefined;
    return "REVOKED";
  },
  started: async (ctx, db, execution) => {
    const key = { home: execution.home ?? "", runKey: execution.runKey, attempt: execution.attempt };
    const row = await lockHostedRun(db, key);
    if (!row || row.outcome !== null || row.state === "RUNNING") return;
    const state = row.state === "CANCELLING" || row.state === "REVOKING" ? row.state : "RUNNING";
    await updateHostedRun(db, key, { state, startedAt: execution.startedAt, seq: await nextEventSeq(db, row.home) });
    ctx.log.info({ home: row.home, runKey: row.runKey, attempt: row.attempt }, "a hosted run began");
  },
  ended: async (ctx, db, execution) => {
    const row = await lockHostedRun(db, {
      home: execution.home ?? "",
      runKey: execution.runKey,
      attempt: execution.attempt,
    });
    if (!row || row.outcome !== null) return;
    await endHostedRun(within(ctx, db), row, {
      outcome: (execution.outcome ?? "LOST_ON_HOST") as Outcome,
      reason: execution.reason?.code ?? null,
      exitCode: execution.exitCode,
      outputs: execution.outputs,
      startedAt: execution.startedAt,
      endedAt: execution.endedAt ?? ctx.now(),
      cpuSeconds: execution.cpuSeconds,
      logBytes: execution.logBytes,
    });
  },
};

async function stop(ctx: FrameworkContext, row: HostedRun, why: "CANCELLED" | "REVOKED"): Promise<void> {
  if (row.state === "RECEIVED") {
    const reason = why === "REVOKED" ? "agreement.revoked" : null;
    return endHostedRun(ctx, row, { ...neverStarted, outcome: why, reason, endedAt: ctx.now() });
  }
  const state = why === "REVOKED" ? "REVOKING" : "CANCELLING";
  await updateHostedRun(ctx.db, row, { state, seq: await nextEventSeq(ctx.db, row.home) });
  await stopExecutions(ctx, [row.executionName], why);
}

/** Its home framework asks that an attempt end. */
export async function cancelHostedRun(ctx: FrameworkContext, key: HostedKey): Promise<void> {
  await ctx.db.transaction(async (db) => {
    const row = await lockHostedRun(db, key);
    const isEnding = row?.state === "CANCELLING" || row?.state === "REVOKING";
    if (row && row.outcome === null && !isEnding) await stop(within(ctx, db), row, "CANCELLED");
  });
}

/** Home has everything; from now on its results may go when their lifetime is over. */
export async function acknowledgeHostedRun(ctx: FrameworkContext, key: HostedKey): Promise<void> {
  await ctx.db.transaction(async (db) => {
    const row = await lockHostedRun(db, key);
    if (row?.state === "RESULTS_READY") await updateHostedRun(db, key, { state: "ACKED", ackedAt: ctx.now() });
  });
}

/** How many hosted runs live under an agreement now. */
export const countHostedRunsOf = (ctx: FrameworkContext, agreementId: string): Promise<number> =>
  countLiveOfAgreement(ctx.db, agreementId);

/** Ends everything that lives under a revoked agreement. Call inside the transaction that holds its lock. */
export async function endHostedRunsOf(ctx: FrameworkContext, agreementId: string): Promise<void> {
  for (const row of await selectLiveOfAgreement(ctx.db, agreementId)) await stop(ctx, row, "REVOKED");
}
