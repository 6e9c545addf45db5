import { stepGraph } from "#server/graph/order";
import { filesIn } from "#server/protocol/hosted-run";
import type { Reason } from "#server/protocol/run-view";
import { isStepOver, type Outcome, type StepState } from "#server/protocol/states";
import type { FrameworkContext } from "../context";
import { keepArtifact } from "../storage/keep-artifact";
import { lockRun, selectStep, selectStepStates, updateRun, updateStep, updateSteps, wakeSteps } from "./runs.repo";
import { afterAttempt, type Run, type StepRun, stateOfRun } from "./step-run";

/** How one attempt ended, wherever it ran. */
export type AttemptEnd = {
  stepRunId: string;
  attempt: number;
  outcome: Outcome;
  reason: Reason | null;
  exitCode: number | null;
  outputs: StepRun["outputs"];
  logBytes: number;
  startedAt: Date | null;
  endedAt: Date;
};

async function findLive(ctx: FrameworkContext, stepRunId: string, attempt: number) {
  const seen = await selectStep(ctx.db, stepRunId);
  if (!seen) return undefined;
  const run = await lockRun(ctx.db, seen.runId);
  const step = await selectStep(ctx.db, stepRunId);
  // A late word about an older attempt changes nothing.
  if (!step || step.attempt !== attempt || isStepOver(step.state)) return undefined;
  return { run, step };
}

/** The run's lock comes first everywhere, before its steps, attempts and executions. */
export async function lockRunOfStep(ctx: FrameworkContext, stepRunId: string): Promise<void> {
  const step = await selectStep(ctx.db, stepRunId);
  if (step) await lockRun(ctx.db, step.runId);
}

/** Writes down that an attempt began or moved on; call inside a transaction. */
export async function noteAttempt(
  ctx: FrameworkContext,
  attempt: { stepRunId: string; attempt: number },
  change: { state: StepState; startedAt?: Date; reason?: Reason | null },
): Promise<void> {
  const live = await findLive(ctx, attempt.stepRunId, attempt.attempt);
  if (!live) return;
  const state = live.run.isCancelRequested ? "CANCELLING" : change.state;
  await updateStep(ctx.db, live.step, { ...change, state });
}

/** Shows one change at every step of a run that stands in this state, under the run's lock; false when the run is being cancelled. */
export async function noteAttempts(
  ctx: FrameworkContext,
  runId: string,
  from: StepState,
  change: { state: StepState; reason: Reason | null },
): Promise<boolean> {
  const run = await lockRun(ctx.db, runId);
  if (run.isCancelRequested) return false;
  await updateSteps(ctx.db, runId, from, change);
  return true;
}

/** Writes down how an attempt ended and what follows from it for the step, its dependants and the run; call inside a transaction. */
export async function settleAttempt(ctx: FrameworkContext, end: AttemptEnd): Promise<void> {
  const live = await findLive(ctx, end.stepRunId, end.attempt);
  if (!live) return;
  const { run, step } = live;
  const policy = {
    attempts: run.submission.document.steps[step.step]?.retry.attempts ?? 1,
    isCancelRequested: run.isCancelRequested,
  };
  const next = afterAttempt(step, end.outcome, policy);
  for (const file of filesIn(end.outputs)) await keepArtifact(ctx, file, `user:${run.owner}`);
  await updateStep(ctx.db, step, {
    state: next.state,
    countedAttempts: next.countedAttempts,
    end: end.outcome,
    reason: end.reason,
    exitCode: end.exitCode,
    outputs: end.outputs,
    logBytes: end.logBytes,
    startedAt: end.startedAt ?? step.startedAt,
    endedAt: next.state === "READY" ? null : end.endedAt,
    wakeAt: next.state === "READY" ? ctx.now() : null,
    leaseUntil: null,
  });
  if (next.state !== "READY") await settleStep(ctx, run, step.step);
}

/** After a step is over: its dependants look again, and the run ends with its last step. */
export async function settleStep(ctx: FrameworkContext, run: Run, step: string): Promise<void> {
  const children = stepGraph(run.submission.document).children.get(step);
  await wakeSteps(ctx.db, run.id, [...(children ?? [])], ctx.now());
  await settleRun(ctx, run);
}

/** Ends the run when nothing of it is left to do. */
export async function settleRun(ctx: FrameworkContext, run: Run): Promise<void> {
  const state = stateOfRun(run, await selectStepStates(ctx.db, run.id));
  if (state && run.state !== state) await updateRun(ctx.db, run.id, { state, endedAt: ctx.now() });
}
