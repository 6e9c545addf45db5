import { describe, expect, test } from "vitest";
import { type AppVersion, resources } from "#server/graph/app";
import type { Value } from "#server/graph/workflow";
import { type Outcome, outcome, type StepState } from "#server/protocol/states";
import {
  type AfterAttempt,
  afterAttempt,
  limitsOf,
  nothingToScatter,
  parentView,
  type StepRun,
  stateOfRun,
} from "./step-run";

describe("what becomes of a step when an attempt has ended", () => {
  type Case = { ended: Outcome; counted?: number; attempts?: number; cancelled?: boolean; want: AfterAttempt };
  test.each<Case>([
    { ended: "SUCCEEDED", want: { state: "SUCCEEDED", countedAttempts: 1 } },
    { ended: "SUCCEEDED", cancelled: true, want: { state: "SUCCEEDED", countedAttempts: 1 } },
    { ended: "FAILED", want: { state: "FAILED", countedAttempts: 1 } },
    { ended: "FAILED", attempts: 2, want: { state: "READY", countedAttempts: 1 } },
    { ended: "FAILED", attempts: 2, counted: 1, want: { state: "FAILED", countedAttempts: 2 } },
    { ended: "FAILED", attempts: 2, cancelled: true, want: { state: "CANCELLED", countedAttempts: 1 } },
    { ended: "DEADLINE", attempts: 2, want: { state: "READY", countedAttempts: 1 } },
    { ended: "LOST_ON_HOST", attempts: 2, want: { state: "READY", countedAttempts: 1 } },
    { ended: "LOST_ON_HOST", want: { state: "FAILED", countedAttempts: 1 } },
    { ended: "CANCELLED", attempts: 2, want: { state: "CANCELLED", countedAttempts: 1 } },
    { ended: "INTERRUPTED", want: { state: "READY", countedAttempts: 0 } },
    { ended: "INTERRUPTED", counted: 5, want: { state: "READY", countedAttempts: 5 } },
    { ended: "INTERRUPTED", cancelled: true, want: { state: "CANCELLED", countedAttempts: 0 } },
    { ended: "REVOKED", attempts: 3, want: { state: "FAILED", countedAttempts: 1 } },
    { ended: "REJECTED", attempts: 3, want: { state: "FAILED", countedAttempts: 1 } },
    { ended: "RESULTS_REFUSED", attempts: 3, want: { state: "FAILED", countedAttempts: 1 } },
  ])(
    "$ended after $counted of $attempts attempts, cancelled $cancelled -> $want.state",
    ({ ended, counted = 0, attempts = 1, cancelled = false, want }) => {
      expect(afterAttempt({ countedAttempts: counted }, ended, { attempts, isCancelRequested: cancelled })).toEqual(
        want,
      );
    },
  );

  test("no outcome starts another attempt of a cancelled step, and none without the policy's word but an interruption", () => {
    for (const ended of outcome.options) {
      const cancelled = afterAttempt({ countedAttempts: 0 }, ended, { attempts: 10, isCancelRequested: true });
      expect(cancelled.state).not.toBe("READY");
      const once = afterAttempt({ countedAttempts: 0 }, ended, { attempts: 1, isCancelRequested: false });
      expect(once.state === "READY").toBe(ended === "INTERRUPTED");
    }
  });
});

const port = { list: false, required: false, title: { ko: "", en: "" }, help: { ko: "", en: "" } };
const app = {
  parameters: [
    { ...port, name: "out", kind: "string", port: "out", argument: { style: "none" } },
    { ...port, name: "more", kind: "string", port: "out", argument: { style: "none" } },
  ],
} as unknown as AppVersion;

const aRow = (state: StepState, over: Partial<StepRun> = {}): StepRun =>
  ({ state, index: 0, isScattered: false, outputs: {}, reason: null, ...over }) as StepRun;
const instance = (index: number, outputs: Record<string, Value>) =>
  aRow("SUCCEEDED", { index, isScattered: true, outputs });

describe("a whole step as its dependants see it", () => {
  test.each<{ given: string; rows: StepState[]; want: string }>([
    { given: "nothing yet", rows: ["WAITING"], want: "open" },
    { given: "running elsewhere", rows: ["REMOTE_RUNNING"], want: "open" },
    { given: "being cancelled", rows: ["CANCELLING"], want: "open" },
    { given: "one of three failed, one runs", rows: ["SUCCEEDED", "FAILED", "RUNNING"], want: "open" },
    { given: "one of three failed", rows: ["SUCCEEDED", "FAILED", "SUCCEEDED"], want: "failed" },
    { given: "one failed, one cancelled", rows: ["CANCELLED", "FAILED"], want: "failed" },
    { given: "one cancelled", rows: ["CANCELLED", "SUCCEEDED"], want: "cancelled" },
    { given: "skipped", rows: ["SKIPPED"], want: "skipped" },
    { given: "taken from the cache", rows: ["CACHED"], want: "succeeded" },
  ])("$given -> $want", ({ rows, want }) => {
    const view = parentView(
      app,
      rows.map((state, index) => aRow(state, { index, isScattered: rows.length > 1, outputs: { out: "x" } })),
    );
    expect(view.state).toBe(want);
    expect(view.outputs).toEqual(want === "succeeded" ? { out: "x" } : {});
  });

  test("a scattered step's outputs are lists in the order of its instances", () => {
    const rows = [instance(2, { out: "c", more: "m" }), instance(0, { out: "a" }), instance(1, { out: "b" })];
    expect(parentView(app, rows).outputs).toEqual({ out: ["a", "b", "c"], more: [null, null, "m"] });
  });

  test("one that had nothing to scatter hands on empty lists, not its one row's nothing", () => {
    const row = aRow("SUCCEEDED", { isScattered: true, reason: { code: nothingToScatter, detail: {} } });
    expect(parentView(app, [row])).toEqual({ state: "succeeded", outputs: { out: [], more: [] } });
  });
});

describe("the state of a run once all its steps are over", () => {
  test.each<{ steps: StepState[]; cancelled?: boolean; want: string | undefined }>([
    { steps: [], want: "SUCCEEDED" },
    { steps: ["SUCCEEDED", "CACHED", "SKIPPED"], want: "SUCCEEDED" },
    { steps: ["SUCCEEDED", "RUNNING"], want: undefined },
    { steps: ["FAILED", "WAITING"], want: undefined },
    { steps: ["FAILED", "SKIPPED", "SUCCEEDED"], want: "FAILED" },
    { steps: ["FAILED", "CANCELLED"], want: "FAILED" },
    { steps: ["FAILED", "CANCELLED"], cancelled: true, want: "CANCELLED" },
    { steps: ["CANCELLED", "SUCCEEDED"], want: "CANCELLED" },
    { steps: ["CANCELLING"], cancelled: true, want: undefined },
    { steps: ["SUCCEEDED"], cancelled: true, want: "SUCCEEDED" },
  ])("$steps, cancelled $cancelled -> $want", ({ steps, cancelled = false, want }) => {
    expect(stateOfRun({ isCancelRequested: cancelled }, steps)).toBe(want);
  });
});

describe("the ceilings of an attempt", () => {
  test.each([
    ["500m", "512Mi", 500, 512 * 1024 ** 2],
    ["2", "1Gi", 2000, 1024 ** 3],
    ["1m", "64Ki", 1, 64 * 1024],
  ])("cpu %s and memory %s are %i thousandths and %i bytes", (cpu, memory, cpuMillis, memoryBytes) => {
    const declared = resources.parse({ cpu, memory, gpu: 1, durationSeconds: 9 });
    expect(limitsOf(declared)).toEqual({
      cpuMillis,
      memoryBytes,
      gpu: 1,
      durationSeconds: 9,
      outputBytes: 2 * 1024 ** 3,
    });
  });
});
