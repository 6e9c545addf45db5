import { z } from "zod";
import { KrdcError } from "#server/errors";
import { failpoint } from "#server/failpoint";
import { argumentArray } from "#server/graph/argument-array";
import { value } from "#server/graph/workflow";
import { filesIn } from "#server/protocol/hosted-run";
import { type Outcome, outcome } from "#server/protocol/states";
import { findImage, type Image } from "../apps/find-image";
import { type FrameworkContext, within } from "../context";
import type { TaskExit, TaskSpec } from "../runtime/runtime";
import { keepArtifact } from "../storage/keep-artifact";
import { collectOutputs } from "./collect-outputs";
import { type Ending, type Execution, type ExecutionOwners, endingOf } from "./execution";
import { endExecution, holdsForStart, putDownExecution, requestStops } from "./executions.repo";
import { stageInputs } from "./stage-inputs";

/** What the executor needs from others: who asked for the execution, and how a proxy app is started. */
export type ExecutorParts = {
  owners: ExecutionOwners;
  proxySpec: (ctx: FrameworkContext, execution: Execution) => Promise<TaskSpec>;
};

const watchMs = 5000;
const graceSeconds = 3;
/** What may not begin yet looks again after this; whatever lets it begin wakes it sooner. */
const patienceMs = 2000;

function commandOf(
  image: Image,
  task: string,
): { command: string[]; cwd: string; environment: Record<string, string> } {
  return {
    command: image.command,
    cwd: image.folder,
    environment: {
      PATH: image.path,
      LANG: "C.UTF-8",
      LC_ALL: "C.UTF-8",
      PYTHONUNBUFFERED: "1",
      PYTHONDONTWRITEBYTECODE: "1",
      PYTHONHASHSEED: "0",
      MPLBACKEND: "Agg",
      MPLCONFIGDIR: `${task}/tmp`,
      HOME: task,
      TMPDIR: `${task}/tmp`,
      KRDC_OUTPUTS: `${task}/outputs.json`,
      OMP_NUM_THREADS: "1",
      OPENBLAS_NUM_THREADS: "1",
    },
  };
}

async function appSpec(ctx: FrameworkContext, execution: Execution): Promise<TaskSpec> {
  const image = await findImage(ctx, execution.digest ?? "");
  if (!image) throw new KrdcError("unprocessable", "app.image_missing");
  const task = await ctx.runtime.folderOf(execution.name);
  const { parameters } = image.document;
  const values = await stageInputs(ctx.folder, task, parameters, execution.parameters);
  const built = argumentArray(parameters, values);
  if ("problem" in built) {
    throw new KrdcError("unprocessable", "argument_not_expressible", { detail: { parameter: built.problem.path } });
  }
  const { command, cwd, environment } = commandOf(image, task);
  return {
    name: execution.name,
    command: [...command, ...built.arguments],
    cwd,
    environment,
    durationSeconds: execution.limits.durationSeconds,
    logBytes: ctx.logBytes,
    graceSeconds,
  };
}

const nowhere: TaskExit = {
  outcome: "STOPPED",
  stopReason: null,
  exitCode: null,
  signal: null,
  startedAt: null,
  endedAt: new Date(0),
  cpuSeconds: 0,
  error: null,
};

const fileFaults = /^(ENOENT|ENOTDIR|EEXIST|EACCES|EPERM|ELOOP|EISDIR|ENAMETOOLONG|ENOTEMPTY|EINVAL)$/;

/** What trying again cannot mend: a refusal of ours, or files that the app or its user laid out impossibly. */
function asFinal(error: unknown): KrdcError | undefined {
  if (error instanceof KrdcError) return error.retryable ? undefined : error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (!fileFaults.test(code)) return undefined;
  return new KrdcError("unprocessable", "storage.impossible_files", { cause: error, detail: { code } });
}

type Settled = Ending & { outputs: Execution["outputs"] };

/** The end as it was written once, in a database that was set back since. */
const settledBefore = z.object({
  outcome,
  reason: z.object({ code: z.string(), detail: z.record(z.string(), z.unknown()) }).nullable(),
  outputs: z.record(z.string(), value),
});

async function settle(ctx: FrameworkContext, execution: Execution, exit: TaskExit): Promise<Settled> {
  const told = settledBefore.safeParse(exit.record);
  if (told.success) return told.data;
  const ending = endingOf(exit, execution.limits.durationSeconds);
  if (ending.outcome !== "SUCCEEDED" || execution.kind === "proxy") return { ...ending, outputs: {} };
  const image = await findImage(ctx, execution.digest ?? "");
  if (!image) return { outcome: "FAILED", reason: { code: "app.image_missing", detail: {} }, outputs: {} };
  const task = await ctx.runtime.folderOf(execution.name);
  const collected = await collectOutputs(ctx.folder, task, image.document.parameters, execution.limits.outputBytes);
  if ("refused" in collected) return { outcome: "FAILED", reason: collected.refused, outputs: {} };
  return { ...ending, outputs: collected.outputs };
}

async function finish(
  ctx: FrameworkContext,
  parts: ExecutorParts,
  execution: Execution,
  exit: TaskExit,
): Promise<void> {
  const settled = await settle(ctx, execution, exit).catch((error: unknown): Settled => {
    const final = asFinal(error);
    if (!final) throw error;
    return { outcome: "FAILED", reason: { code: final.reason, detail: final.detail }, outputs: {} };
  });
  const logBytes = await ctx.runtime.logSize(execution.name);
  const end = {
    outcome: settled.outcome satisfies Outcome,
    reason: settled.reason,
    outputs: settled.outputs,
    exitCode: exit.exitCode,
    cpuSeconds: exit.cpuSeconds,
    logBytes,
    startedAt: exit.startedAt ?? execution.startedAt,
    endedAt: exit.endedAt.getTime() === 0 ? ctx.now() : exit.endedAt,
  };
  await ctx.db.transaction(async (db) => {
    const inside = within(ctx, db);
    const owner = execution.kind === "hosted" ? `peer:${execution.home}` : `step:${execution.stepRunId}`;
    for (const file of filesIn(settled.outputs)) await keepArtifact(inside, file, owner);
    await parts.owners[execution.kind].ended(inside, db, { ...execution, ...end, state: "ENDED" });
    await endExecution(db, execution, end);
    if (execution.kind === "hosted") failpoint("host.end.before-commit");
  });
  if (execution.kind === "hosted") failpoint("host.end.after-commit");
  // The end stands; what is left of the task's folder is swept at the next start if it resists now.
  await ctx.runtime
    .clear(execution.name, { ...exit, startedAt: end.startedAt, endedAt: end.endedAt, record: settled })
    .catch((error: unknown) => {
      ctx.log.warn({ name: execution.name, error }, "a task's folder could not be removed");
    });
}

/** True when its owner lets nothing begin now: then it is put down, to wait in the queue again or to be ended. */
async function isBarred(ctx: FrameworkContext, parts: ExecutorParts, execution: Execution): Promise<boolean> {
  const bar = await parts.owners[execution.kind].mayNotStart(ctx, execution);
  if (!bar) return false;
  const soon = ctx.now();
  if ("wait" in bar) {
    await putDownExecution(ctx.db, execution, { state: "QUEUED" }, new Date(soon.getTime() + patienceMs));
    return true;
  }
  await requestStops(ctx.db, [execution.name], bar.stop, soon);
  await putDownExecution(ctx.db, execution, {}, soon);
  return true;
}

async function start(ctx: FrameworkContext, parts: ExecutorParts, execution: Execution): Promise<void> {
  // Asked before its files are laid out too: what waits for hours is not prepared again and again.
  if (execution.kind === "hosted") {
    const isOff = await ctx.db.transaction((db) => isBarred(within(ctx, db), parts, execution));
    if (isOff) return;
  }
  let spec: TaskSpec;
  try {
    spec = execution.kind === "proxy" ? await parts.proxySpec(ctx, execution) : await appSpec(ctx, execution);
  } catch (error) {
    const final = asFinal(error);
    if (!final) throw error;
    await finishUnstarted(ctx, parts, execution, final);
    return;
  }
  await release(ctx, parts, execution, spec);
}

/**
 * Starts the prepared task under the locks that a revocation or a stop would need, so that nothing begins after either
 * was written down. A process that began although this transaction was lost is found and adopted by the next look.
 */
async function release(
  ctx: FrameworkContext,
  parts: ExecutorParts,
  execution: Execution,
  spec: TaskSpec,
): Promise<void> {
  const soon = ctx.now();
  const isHosted = execution.kind === "hosted";
  await ctx.db.transaction(async (db) => {
    const inside = within(ctx, db);
    if (await isBarred(inside, parts, execution)) return;
    await parts.owners[execution.kind].started(inside, db, { ...execution, startedAt: soon, state: "RUNNING" });
    if (!(await holdsForStart(db, execution))) {
      await putDownExecution(db, execution, {}, soon);
      return;
    }
    if (isHosted) failpoint("host.start.before-spawn");
    await ctx.runtime.start(spec);
    await putDownExecution(db, execution, { state: "RUNNING", startedAt: soon }, new Date(soon.getTime() + watchMs));
    if (isHosted) failpoint("host.start.before-commit");
  });
  if (isHosted) failpoint("host.start.after-commit");
}

async function markStarted(ctx: FrameworkContext, parts: ExecutorParts, execution: Execution, startedAt: Date) {
  await ctx.db.transaction(async (db) => {
    await parts.owners[execution.kind].started(within(ctx, db), db, { ...execution, startedAt, state: "RUNNING" });
    await putDownExecution(db, execution, { state: "RUNNING", startedAt }, new Date(ctx.now().getTime() + watchMs));
  });
}

async function finishUnstarted(ctx: FrameworkContext, parts: ExecutorParts, execution: Execution, error: KrdcError) {
  const end = {
    outcome: "REJECTED",
    reason: { code: error.reason, detail: error.detail },
    outputs: {},
    exitCode: null,
    cpuSeconds: 0,
    logBytes: 0,
    startedAt: null,
    endedAt: ctx.now(),
  };
  await ctx.db.transaction(async (db) => {
    await parts.owners[execution.kind].ended(within(ctx, db), db, { ...execution, ...end, state: "ENDED" });
    await endExecution(db, execution, end);
  });
}

/** Does the one thing that an execution needs next: start it, look after it, stop it, or write down how it ended. */
export async function runExecution(ctx: FrameworkContext, parts: ExecutorParts, execution: Execution): Promise<void> {
  const view = await ctx.runtime.look(execution.name);
  if (view.phase === "ended") return finish(ctx, parts, execution, view.exit);
  if (view.phase === "absent") {
    // What was released and vanished may have run: it is lost, and never begun again.
    if (execution.state === "RUNNING") return finish(ctx, parts, execution, { ...nowhere, outcome: "LOST" });
    if (execution.stopReason) return finish(ctx, parts, execution, { ...nowhere, stopReason: execution.stopReason });
    return start(ctx, parts, execution);
  }
  if (execution.stopReason) await ctx.runtime.stop(execution.name, execution.stopReason);
  if (execution.state === "STARTING") return markStarted(ctx, parts, execution, view.startedAt ?? ctx.now());
  await putDownExecution(ctx.db, execution, {}, new Date(ctx.now().getTime() + watchMs));
}
