import { KrdcError } from "#server/errors";
import { descendantsOf, stepGraph } from "#server/graph/order";
import type { PortalUser } from "#server/protocol/framework-api";
import { isRunOver } from "#server/protocol/states";
import { type FrameworkContext, within } from "../context";
import { lockRun, reopenRun, reopenStep, selectSteps, wakeSteps } from "./runs.repo";
import type { Run, StepRun } from "./step-run";

const isFailed = (step: StepRun) => step.state === "FAILED" || step.state === "CANCELLED";

type Which = { step?: string | undefined; index?: number | undefined };

const isWanted = (row: StepRun, which: Which) =>
  (which.step === undefined || row.step === which.step) && (which.index === undefined || row.index === which.index);

/** A result that was taken from the cache is made anew only for who names it, in a run that did not succeed as a whole. */
const mayRetry = (row: StepRun, which: Which) =>
  isWanted(row, which) && (isFailed(row) || (row.state === "CACHED" && which.step !== undefined));

/** Who was given a cached result keeps it: what was made of it must not stand beside another one. */
function refuseUsed(run: Run, rows: StepRun[], wanted: StepRun[]): void {
  const cached = wanted.filter((row) => row.state === "CACHED").map((row) => row.step);
  const below = descendantsOf(stepGraph(run.submission.document), cached);
  const isUsed = rows.some((row) => below.has(row.step) && row.readyAt !== null);
  if (isUsed) throw new KrdcError("conflict", "step.cached_result_used");
}

/** One live attempt for each step, wherever it runs: while its host is silent another may not begin. */
const nothingToRetry = (rows: StepRun[], which: Which) =>
  rows.some((row) => which.step !== undefined && isWanted(row, which) && row.state === "UNREACHABLE")
    ? new KrdcError("conflict", "step.attempt_unreachable")
    : new KrdcError("conflict", "run.nothing_failed");

/** A person asks for another attempt of what failed; its dependants, skipped because of it, wait again. */
export async function retrySteps(ctx: FrameworkContext, user: PortalUser, id: string, which: Which): Promise<void> {
  await ctx.db.transaction(async (db) => {
    const run = await lockRun(db, id);
    if (run.owner !== user.sub) throw new KrdcError("not_found", "run.not_found");
    const rows = await selectSteps(db, id);
    const failed = isRunOver(run.state) && run.state !== "SUCCEEDED" ? rows.filter((row) => mayRetry(row, which)) : [];
    if (failed.length === 0) throw nothingToRetry(rows, which);
    refuseUsed(run, rows, failed);
    await reopenRun(db, id);
    await reopenAll(within(ctx, db), run, rows, failed);
  });
}

async function reopenAll(ctx: FrameworkContext, run: Run, rows: StepRun[], failed: StepRun[]): Promise<void> {
  const graph = stepGraph(run.submission.document);
  const below = descendantsOf(
    graph,
    failed.map((row) => row.step),
  );
  const skipped = rows.filter((row) => below.has(row.step) && (row.state === "SKIPPED" || row.state === "CANCELLED"));
  for (const row of skipped) await reopen(ctx, row, "WAITING");
  // A step that never got its values (refused or cancelled while waiting) begins by waiting again.
  const first = failed.filter((row) => !skipped.includes(row));
  for (const row of first) await reopen(ctx, row, row.readyAt ? "READY" : "WAITING");
  await wakeSteps(ctx.db, run.id, [...new Set([...failed, ...skipped].map((row) => row.step))], ctx.now());
}

async function reopen(ctx: FrameworkContext, row: StepRun, state: "READY" | "WAITING"): Promise<void> {
  await reopenStep(ctx.db, row, {
    state,
    countedAttempts: 0,
    end: null,
    exitCode: null,
    reason: null,
    endedAt: null,
    ...(row.state === "CACHED" ? { cachedFrom: null, outputs: {} } : {}),
    wakeAt: ctx.now(),
    leaseUntil: null,
  });
}
