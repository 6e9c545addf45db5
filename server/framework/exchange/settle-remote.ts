import { failpoint } from "#server/failpoint";
import type { Value } from "#server/graph/workflow";
import type { HostedRunAnswer } from "#server/protocol/hosted-run";
import type { Reason } from "#server/protocol/run-view";
import type { Outcome } from "#server/protocol/states";
import { type FrameworkContext, within } from "../context";
import { lockRunOfStep, noteAttempt, settleAttempt } from "../orchestrator/settle-attempt";
import { verifiedReceipt } from "../transfers/verified-receipt";
import { changeByAnswer, type RemoteAttempt, stepStateOf } from "./remote-attempt";
import { lockRemoteAttempt, selectRemoteAttempt, updateLateReceipt, updateRemoteAttempt } from "./remote-attempts.repo";

type RemoteEnd = {
  outcome: Outcome;
  reason: Reason | null;
  exitCode?: number | null;
  outputs?: Record<string, Value>;
  receipt?: string | null;
  startedAt?: Date | null;
  endedAt?: Date;
  bytesIn?: number;
};

/** Writes a remote attempt's end and its step's in one transaction; a second end, or one that came too late, changes nothing. */
export async function settleRemote(
  ctx: FrameworkContext,
  row: RemoteAttempt,
  end: RemoteEnd,
  isStill: (live: RemoteAttempt) => boolean = () => true,
): Promise<void> {
  await ctx.db.transaction(async (db) => {
    const inside = within(ctx, db);
    // Two who settle at once, as an old and a new proxy may, must not count the attempt twice.
    await lockRunOfStep(inside, row.stepRunId);
    const live = await lockRemoteAttempt(db, row);
    if (!live || live.state === "ENDED" || !isStill(live)) return;
    await settleAttempt(inside, {
      stepRunId: row.stepRunId,
      attempt: row.attempt,
      outcome: end.outcome,
      reason: end.reason,
      exitCode: end.exitCode ?? null,
      outputs: end.outputs ?? {},
      logBytes: row.logBytes,
      startedAt: end.startedAt ?? null,
      endedAt: end.endedAt ?? ctx.now(),
    });
    await updateRemoteAttempt(db, row, {
      state: "ENDED",
      outcome: end.outcome,
      reason: end.reason,
      waiting: null,
      unreachableSince: null,
      exitCode: end.exitCode ?? null,
      receipt: end.receipt ?? null,
      startedAt: end.startedAt ?? null,
      endedAt: end.endedAt ?? ctx.now(),
      bytesIn: end.bytesIn ?? 0,
    });
    failpoint("home.settle.before-commit");
  });
  failpoint("home.settle.after-commit");
}

/** Changes a living remote attempt and shows the change at its step, in one transaction. */
export async function moveRemote(
  ctx: FrameworkContext,
  key: Pick<RemoteAttempt, "runKey" | "attempt" | "stepRunId">,
  change: (row: RemoteAttempt) => Partial<RemoteAttempt> | undefined,
): Promise<RemoteAttempt | undefined> {
  return ctx.db.transaction(async (db) => {
    const inside = within(ctx, db);
    await lockRunOfStep(inside, key.stepRunId);
    const row = await lockRemoteAttempt(db, key);
    const wanted = row && row.state !== "ENDED" ? change(row) : undefined;
    if (!row || !wanted) return row;
    const next = { ...row, ...wanted };
    await updateRemoteAttempt(db, key, wanted);
    await noteAttempt(inside, next, {
      state: stepStateOf(next),
      reason: next.waiting,
      ...(next.startedAt && !row.startedAt ? { startedAt: next.startedAt } : {}),
    });
    if (wanted.hostSeq !== undefined) failpoint("home.event.before-commit");
    return next;
  });
}

/** Takes in what a host says of one attempt; older word than what is known changes nothing. */
export async function applyAnswer(ctx: FrameworkContext, host: string, answer: HostedRunAnswer): Promise<void> {
  const known = await selectRemoteAttempt(ctx.db, answer);
  if (!known || known.host !== host) return;
  await moveRemote(ctx, known, (row) => changeByAnswer(row, answer));
  failpoint("home.event.after-commit");
}

/** The record of an attempt that was given up here: true or not at home, it is what the host did. */
export async function keepLateReceipt(ctx: FrameworkContext, row: RemoteAttempt, receipt: string): Promise<void> {
  await verifiedReceipt(ctx, { ...row, receipt });
  await updateLateReceipt(ctx.db, row, receipt);
}
