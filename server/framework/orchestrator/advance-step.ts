import { failpoint } from "#server/failpoint";
import { parentsOf } from "#server/graph/order";
import { type Readiness, readiness } from "#server/graph/ready";
import type { Reason } from "#server/protocol/run-view";
import { asksForCache, type CacheLook, findCached } from "../cache/find-cached";
import { type FrameworkContext, within } from "../context";
import { ownBar } from "../restore/standing";
import {
  holdsStep,
  insertInstances,
  lockRun,
  putDownStep,
  selectRun,
  selectSteps,
  updateRun,
  updateStep,
} from "./runs.repo";
import { settleStep } from "./settle-attempt";
import { startAttempt } from "./start-attempt";
import { nothingToScatter, parentView, type Run, type StepRun } from "./step-run";

/** How soon a step looks again that may not begin because the database was set back, or may have been. */
const restoredPatienceMs = 1000;

type Hit = { key: string; source: NonNullable<CacheLook["source"]> };

async function readinessOf(ctx: FrameworkContext, run: Run, step: StepRun): Promise<Readiness> {
  const { document, apps, inputs } = run.submission;
  const drawn = document.steps[step.step];
  const app = apps[step.step];
  if (!drawn || !app) return { kind: "refused", problems: [] };
  const parentIds = [...parentsOf(drawn)];
  const rows = await selectSteps(ctx.db, run.id, parentIds);
  const parents = new Map(
    parentIds.map(
      (id) =>
        [
          id,
          parentView(
            apps[id],
            rows.filter((row) => row.step === id),
          ),
        ] as const,
    ),
  );
  return readiness({ id: step.step, step: drawn, app, workflow: document, inputs, parents });
}

async function endUnstarted(
  ctx: FrameworkContext,
  run: Run,
  step: StepRun,
  end: { state: "SKIPPED" | "FAILED" | "SUCCEEDED"; reason: Reason },
) {
  await updateStep(ctx.db, step, { ...end, endedAt: ctx.now(), wakeAt: null, leaseUntil: null });
  await settleStep(ctx, run, step.step);
}

async function expand(
  ctx: FrameworkContext,
  run: Run,
  step: StepRun,
  ready: Extract<Readiness, { kind: "ready" }>,
): Promise<void> {
  const [first, ...others] = ready.instances;
  if (!first) {
    await updateStep(ctx.db, step, { isScattered: true });
    return endUnstarted(ctx, run, step, { state: "SUCCEEDED", reason: { code: nothingToScatter, detail: {} } });
  }
  const now = ctx.now();
  await updateStep(ctx.db, step, {
    state: "READY",
    isScattered: ready.isScattered,
    parameters: first,
    readyAt: now,
    wakeAt: now,
    leaseUntil: null,
  });
  const rows = others.map((parameters, place) => ({
    runId: run.id,
    step: step.step,
    index: place + 1,
    isScattered: true,
    state: "READY" as const,
    parameters,
    readyAt: now,
    wakeAt: now,
    seq: run.seq + 1,
  }));
  await insertInstances(ctx.db, rows);
}

async function leaveWaiting(ctx: FrameworkContext, run: Run, step: StepRun): Promise<void> {
  const found = await readinessOf(ctx, run, step);
  switch (found.kind) {
    case "waiting":
      return putDownStep(ctx.db, step, null);
    case "blocked":
      return endUnstarted(ctx, run, step, {
        state: "SKIPPED",
        reason: { code: "step.parent_failed", detail: { parents: found.parents } },
      });
    case "skipped":
      return endUnstarted(ctx, run, step, {
        state: "SKIPPED",
        reason: { code: `step.${found.reason}`, detail: { parents: found.parents } },
      });
    case "refused":
      return endUnstarted(ctx, run, step, {
        state: "FAILED",
        reason: { code: "step.values_refused", detail: { problems: found.problems } },
      });
    case "ready":
      return expand(ctx, run, step, found);
  }
}

/** The outputs of an earlier step are this one's: no attempt is begun. */
async function endCached(ctx: FrameworkContext, run: Run, step: StepRun, { key, source }: Hit): Promise<void> {
  await updateStep(ctx.db, step, {
    state: "CACHED",
    cacheKey: key,
    cachedFrom: source.id,
    outputs: source.outputs,
    endedAt: ctx.now(),
    wakeAt: null,
    leaseUntil: null,
  });
  await settleStep(ctx, run, step.step);
}

/** A ready step is looked up before its transaction, because others are asked about it. */
async function lookUp(ctx: FrameworkContext, claimed: StepRun): Promise<CacheLook | undefined> {
  const run = (await asksForCache(ctx, claimed)) ? await selectRun(ctx.db, claimed.runId) : undefined;
  return run && findCached(ctx, run, claimed);
}

async function leaveReady(ctx: FrameworkContext, run: Run, step: StepRun, found: CacheLook | undefined): Promise<void> {
  if (found?.source) return endCached(ctx, run, step, { key: found.key, source: found.source });
  return startAttempt(ctx, run, step, found?.key);
}

/** Does the one thing that a claimed step run needs next, in one transaction under its run's lock. */
export async function advanceStep(ctx: FrameworkContext, claimed: StepRun): Promise<void> {
  const found = await lookUp(ctx, claimed);
  await ctx.db.transaction(async (db) => {
    const inside = within(ctx, db);
    const run = await lockRun(db, claimed.runId);
    const step = await holdsStep(db, claimed);
    if (!step) return;
    if (step.state !== "WAITING" && step.state !== "READY") return putDownStep(db, step, null);
    if (run.state === "QUEUED") await updateRun(db, run.id, { state: "RUNNING", startedAt: ctx.now() });
    if (step.state === "WAITING") return leaveWaiting(inside, run, step);
    if (await ownBar(inside)) return putDownStep(db, step, new Date(ctx.now().getTime() + restoredPatienceMs));
    await leaveReady(inside, run, step, found);
    failpoint("home.attempt.before-commit");
  });
  if (claimed.state === "READY") failpoint("home.attempt.after-commit");
}
