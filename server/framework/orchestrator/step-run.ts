import type { runs, stepRuns } from "#drizzle/framework/schema/runs";
import type { AppVersion, Resources } from "#server/graph/app";
import { gatherOutputs, type ParentView } from "#server/graph/ready";
import type { Limits } from "#server/protocol/limits";
import { isStepOver, type Outcome, type RunState, type StepState } from "#server/protocol/states";

export type Run = typeof runs.$inferSelect;
export type StepRun = typeof stepRuns.$inferSelect;

/** An empty scattered step has one row that never ran; this reason tells it apart. */
export const nothingToScatter = "step.nothing_to_scatter";

export type AfterAttempt =
  | { state: "SUCCEEDED" | "FAILED" | "CANCELLED"; countedAttempts: number }
  | { state: "READY"; countedAttempts: number };

const retried: ReadonlySet<Outcome> = new Set(["FAILED", "DEADLINE", "LOST_ON_HOST"]);

/** What becomes of a step when an attempt has ended: the retry policy counts failures, never interruptions by us. */
export function afterAttempt(
  step: Pick<StepRun, "countedAttempts">,
  outcome: Outcome,
  policy: { attempts: number; isCancelRequested: boolean },
): AfterAttempt {
  const countedAttempts = step.countedAttempts + (outcome === "INTERRUPTED" ? 0 : 1);
  if (outcome === "SUCCEEDED") return { state: "SUCCEEDED", countedAttempts };
  if (policy.isCancelRequested || outcome === "CANCELLED") return { state: "CANCELLED", countedAttempts };
  if (outcome === "INTERRUPTED") return { state: "READY", countedAttempts };
  if (retried.has(outcome) && countedAttempts < policy.attempts) return { state: "READY", countedAttempts };
  return { state: "FAILED", countedAttempts };
}

const parentStates: Partial<Record<StepState, ParentView["state"]>> = {
  SUCCEEDED: "succeeded",
  CACHED: "succeeded",
  FAILED: "failed",
  CANCELLED: "cancelled",
  SKIPPED: "skipped",
};

function stateOfAll(rows: Pick<StepRun, "state">[]): ParentView["state"] {
  const states = rows.map((row) => parentStates[row.state] ?? "open");
  for (const state of ["open", "failed", "cancelled", "skipped"] as const) if (states.includes(state)) return state;
  return "succeeded";
}

/** A whole step as its dependants see it, all its instances together. */
export function parentView(app: AppVersion | undefined, rows: StepRun[]): ParentView {
  const state = stateOfAll(rows);
  const [first] = rows;
  if (state !== "succeeded" || !first || !app) return { state, outputs: {} };
  if (!first.isScattered) return { state, outputs: first.outputs };
  const ran = first.reason?.code === nothingToScatter ? [] : rows;
  return {
    state,
    outputs: gatherOutputs(
      app,
      [...ran].sort((a, b) => a.index - b.index).map((row) => row.outputs),
    ),
  };
}

/** The run's state once all its steps are over, or undefined while any is not. */
export function stateOfRun(run: Pick<Run, "isCancelRequested">, states: StepState[]): RunState | undefined {
  if (!states.every(isStepOver)) return undefined;
  if (states.includes("FAILED")) return run.isCancelRequested ? "CANCELLED" : "FAILED";
  if (states.includes("CANCELLED")) return "CANCELLED";
  return "SUCCEEDED";
}

/** A host keeps results for this long. */
export const resultsLifetimeDays = 14;

const units: Record<string, number> = { Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3 };

/** The ceilings of one attempt, in milli-cpus and bytes, from what the app declares. */
export function limitsOf(resources: Resources): Limits {
  const cpu = resources.cpu.endsWith("m") ? Number(resources.cpu.slice(0, -1)) : Number(resources.cpu) * 1000;
  const memory = Number(resources.memory.slice(0, -2)) * (units[resources.memory.slice(-2)] ?? 1);
  return {
    cpuMillis: Math.max(1, cpu),
    memoryBytes: memory,
    gpu: resources.gpu,
    durationSeconds: resources.durationSeconds,
    outputBytes: 2 * 1024 ** 3,
  };
}
