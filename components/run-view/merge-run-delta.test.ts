import { describe, expect, test } from "vitest";
import { mergeRunDelta } from "./merge-run-delta";
import { aRun, aStepView } from "./run.build";
import { instancesOf, summaryOf } from "./step-summary";

const run = aRun({ seq: 5, steps: [aStepView("a", { seq: 3 }), aStepView("b", { seq: 5 })] });
const head = { state: "RUNNING", reason: null, startedAt: null, endedAt: null, outputs: [] } as const;

describe("the live stream merges into the run", () => {
  test("a changed step is replaced and every other stays the same object", () => {
    const after = mergeRunDelta(run, {
      seq: 6,
      run: { ...head, outputs: [] },
      steps: [aStepView("b", { seq: 6, state: "RUNNING" })],
    });
    expect(after.steps[0]).toBe(run.steps[0]);
    expect(after.steps[1]?.state).toBe("RUNNING");
    expect(after.seq).toBe(6);
  });

  test("a message that comes again, or late, changes nothing", () => {
    const late = { seq: 5, run: { ...head, outputs: [], state: "QUEUED" as const }, steps: [] };
    expect(mergeRunDelta(run, late)).toBe(run);
  });

  test("an older state of a step inside a newer message is not taken", () => {
    const after = mergeRunDelta(run, {
      seq: 9,
      run: { ...head, outputs: [] },
      steps: [aStepView("b", { seq: 4, state: "FAILED" })],
    });
    expect(after.steps[1]).toBe(run.steps[1]);
  });

  test("new instances of a scattered step are added beside each other", () => {
    const steps = [0, 1].map((index) => aStepView("c", { seq: 7, index }));
    const after = mergeRunDelta(run, { seq: 7, run: { ...head, outputs: [] }, steps });
    expect(instancesOf(after.steps, "c").map((step) => step.index)).toEqual([0, 1]);
  });
});

describe("a drawn step shows the instance that matters most", () => {
  test.each([
    { given: ["SUCCEEDED", "FAILED", "RUNNING"] as const, want: "FAILED", done: 2 },
    { given: ["SUCCEEDED", "UNREACHABLE", "RUNNING"] as const, want: "UNREACHABLE", done: 1 },
    { given: ["SUCCEEDED", "RUNNING", "WAITING"] as const, want: "RUNNING", done: 1 },
    { given: ["SUCCEEDED", "CACHED"] as const, want: "SUCCEEDED", done: 2 },
    { given: ["SKIPPED", "SKIPPED"] as const, want: "SKIPPED", done: 2 },
  ])("$given -> $want", ({ given, want, done }) => {
    const summary = summaryOf(given.map((state, index) => aStepView("a", { state, index })));
    expect(summary).toMatchObject({ state: want, done, total: given.length });
  });

  test("a step without instances yet has no summary", () => {
    expect(summaryOf([])).toBeUndefined();
  });
});
