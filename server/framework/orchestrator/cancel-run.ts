import { KrdcError } from "#server/errors";
import type { PortalUser } from "#server/protocol/framework-api";
import { attemptName, runKeyOf } from "#server/protocol/run-key";
import { isRunOver, isStepOver } from "#server/protocol/states";
import { type FrameworkContext, within } from "../context";
import { requestRemoteCancels } from "../exchange/cancel-remote";
import { stopExecutions } from "../execution/queue-execution";
import { lockRun, selectSteps, updateRun, updateStep } from "./runs.repo";
import { settleRun } from "./settle-attempt";
import type { Run, StepRun } from "./step-run";

/** Ready and still to be woken: no execution of the next attempt exists yet. */
const isUnstarted = (step: StepRun) => step.state === "WAITING" || (step.state === "READY" && step.wakeAt !== null);

async function cancelSteps(ctx: FrameworkContext, run: Run): Promise<void> {
  const open = (await selectSteps(ctx.db, run.id)).filter((step) => !isStepOver(step.state));
  for (const step of open) {
    const change = isUnstarted(step)
      ? { state: "CANCELLED" as const, endedAt: ctx.now(), wakeAt: null }
      : { state: "CANCELLING" as const };
    await updateStep(ctx.db, step, change);
  }
  const started = open.filter((step) => !isUnstarted(step));
  const names = started.map((step) =>
    attemptName(runKeyOf({ homeId: ctx.name, runId: run.id, stepPath: step.step, index: step.index }), step.attempt),
  );
  await stopExecutions(ctx, names, "CANCELLED");
  await requestRemoteCancels(ctx, run.id);
}

/** The owner asks that a run end: what has not begun never will, what runs is stopped here and at its hosts. */
export async function cancelRun(ctx: FrameworkContext, user: PortalUser, id: string): Promise<void> {
  await ctx.db.transaction(async (db) => {
    const inside = within(ctx, db);
    const run = await lockRun(db, id);
    if (run.owner !== user.sub) throw new KrdcError("not_found", "run.not_found");
    if (isRunOver(run.state) || run.isCancelRequested) return;
    await updateRun(db, id, { isCancelRequested: true });
    await cancelSteps(inside, { ...run, isCancelRequested: true });
    await settleRun(inside, { ...run, isCancelRequested: true });
  });
}
