import type { Outcome } from "#server/protocol/states";
import { type FrameworkContext, within } from "../context";
import type { ExecutionOwner } from "../execution/execution";
import { callHub } from "../identity/call-hub";
import { ownBar } from "../restore/standing";
import { startWorkLoop } from "../work-loop";
import { advanceStep } from "./advance-step";
import {
  claimStep,
  countSteps,
  dropStepLeases,
  putDownStep,
  renewStep,
  selectUnreported,
  updateReported,
} from "./runs.repo";
import { lockRunOfStep, noteAttempt, settleAttempt } from "./settle-attempt";

/** Steps hear of their executions in the same transaction. */
export const localOwner: ExecutionOwner = {
  mayNotStart: (ctx) => ownBar(ctx),
  started: async (ctx, db, execution) => {
    const { stepRunId, attempt, startedAt } = execution;
    if (!stepRunId || !startedAt) return;
    await noteAttempt(within(ctx, db), { stepRunId, attempt }, { state: "RUNNING", startedAt });
  },
  ended: async (ctx, db, execution) => {
    if (!execution.stepRunId) return;
    const inside = within(ctx, db);
    await lockRunOfStep(inside, execution.stepRunId);
    await settleAttempt(inside, {
      stepRunId: execution.stepRunId,
      attempt: execution.attempt,
      outcome: (execution.outcome ?? "LOST_ON_HOST") as Outcome,
      reason: execution.reason,
      exitCode: execution.exitCode,
      outputs: execution.outputs,
      logBytes: execution.logBytes,
      startedAt: execution.startedAt,
      endedAt: execution.endedAt ?? ctx.now(),
    });
  },
};

/** Claims and advances step runs until the framework stops. */
export async function startOrchestrator(ctx: FrameworkContext): Promise<() => Promise<void>> {
  await dropStepLeases(ctx.db);
  return startWorkLoop(ctx.signals, ctx.log, {
    name: "steps",
    parallel: 4,
    claim: () => claimStep(ctx.db, ctx.now()),
    work: (step) => advanceStep(ctx, step),
    renew: (step) => renewStep(ctx.db, step, ctx.now()),
    release: (step, ms) => putDownStep(ctx.db, step, new Date(ctx.now().getTime() + ms)),
  });
}

async function report(ctx: FrameworkContext): Promise<void> {
  const runs = await selectUnreported(ctx.db, 100);
  if (runs.length === 0) return;
  const summaries = await Promise.all(
    runs.map(async (run) => {
      const { done, total } = await countSteps(ctx.db, run.id);
      const startedAt = run.startedAt?.toISOString() ?? null;
      const endedAt = run.endedAt?.toISOString() ?? null;
      return { id: run.id, seq: run.seq, state: run.state, startedAt, endedAt, stepsDone: done, stepsTotal: total };
    }),
  );
  await callHub(ctx, { method: "POST", path: "/run-summaries", json: { summaries } });
  await updateReported(ctx.db, runs);
}

const reportEveryMs = 700;
const longestPauseMs = 15_000;

/** Tells the hub how runs stand, newest word last; while the hub is away nothing waits for it. */
export function startReporting(ctx: FrameworkContext): () => void {
  let pauseMs = reportEveryMs;
  let timer: NodeJS.Timeout;
  const again = () => {
    timer = setTimeout(async () => {
      try {
        await report(ctx);
        pauseMs = reportEveryMs;
      } catch (error) {
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
        ctx.log.info({ error: error instanceof Error ? error.message : error }, "the hub did not take run summaries");
      }
      if (!ctx.stopping.aborted) again();
    }, pauseMs);
  };
  again();
  return () => clearTimeout(timer);
}
