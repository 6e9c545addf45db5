import { describe, expect, test } from "vitest";
import { validateWorkflow } from "#server/graph/validate-workflow";
import { connect, disconnect, judgeConnection, sourcesFor, type Target, targetOnStep } from "./connections";
import { aStep, aWorkflow, CLEAN, PLOT, SPLIT, someApps } from "./document.build";
import { feedFromInput, fixOf } from "./problem-place";

const drawn = aWorkflow({
  inputs: { table: { type: "file" }, count: { type: "integer" } },
  steps: { clean: aStep(CLEAN), split: aStep(SPLIT, { input: { from: "clean.out" } }), plot: aStep(PLOT) },
});
const at = (node: string, port: string): Target => ({ node, port });

describe("a link may be drawn only where it makes sense, and says why not", () => {
  test.each<{ given: string; from: string; to: Target; want: string }>([
    { given: "a table into a table port", from: "clean.out", to: at("plot", "input"), want: "ok" },
    { given: "a whole number into a number", from: "inputs.count", to: at("plot", "width"), want: "ok" },
    { given: "a list into a single port", from: "split.parts", to: at("plot", "input"), want: "ok, for each" },
    { given: "a list into a list", from: "split.parts", to: at("plot", "extra"), want: "ok" },
    { given: "one file into a list", from: "clean.out", to: at("plot", "extra"), want: "ok" },
    { given: "a picture into a table port", from: "plot.image", to: at("clean", "input"), want: "ok" },
    { given: "a number into a file port", from: "inputs.count", to: at("plot", "input"), want: "type.kind_mismatch" },
    { given: "a step into itself", from: "plot.image", to: at("plot", "extra"), want: "sameStep" },
    { given: "a circle over two steps", from: "split.parts", to: at("clean", "input"), want: "cycle" },
    { given: "an output that does not exist", from: "clean.nothing", to: at("plot", "input"), want: "unknownSource" },
    { given: "an input that does not exist", from: "clean.out", to: at("plot", "nothing"), want: "unknownTarget" },
    { given: "any result into a workflow output", from: "plot.image", to: at("outputs.x", "in"), want: "ok" },
  ])("$given -> $want", ({ from, to, want }) => {
    const verdict = judgeConnection(drawn, someApps, from, to);
    expect(verdict.ok ? (verdict.scatter ? "ok, for each" : "ok") : verdict.code).toBe(want);
  });

  test("a picture that feeds a table is refused by media type, in both languages", () => {
    const verdict = judgeConnection(
      { ...drawn, steps: { ...drawn.steps, two: aStep(PLOT) } },
      someApps,
      "plot.image",
      at("two", "input"),
    );
    expect(verdict).toMatchObject({ ok: false, code: "type.media_mismatch" });
    expect(verdict.ok ? [] : Object.values(verdict.message ?? {})).toHaveLength(2);
  });
});

test("a refused link changes nothing", () => {
  expect(connect(drawn, someApps, "inputs.count", at("plot", "input"))).toBe(drawn);
});

test("a list linked to a single port makes the step run for each; unlinking ends that", () => {
  const linked = connect(drawn, someApps, "split.parts", at("plot", "input"));
  expect(linked.steps.plot?.scatter).toEqual(["input"]);
  const again = disconnect(linked, "split.parts", at("plot", "input"));
  expect(again.steps.plot).toEqual(drawn.steps.plot);
});

test("another source takes a single port's place, and the scatter with it", () => {
  const first = connect(drawn, someApps, "split.parts", at("plot", "input"));
  const second = connect(first, someApps, "clean.out", at("plot", "input"));
  expect(second.steps.plot?.with.input).toEqual({ from: "clean.out" });
  expect(second.steps.plot?.scatter).toBeUndefined();
});

test("single files gather at a list port; each can leave again; a whole list takes their place", () => {
  const one = connect(drawn, someApps, "clean.out", at("plot", "extra"));
  const two = connect(one, someApps, "inputs.table", at("plot", "extra"));
  expect(two.steps.plot?.with.extra).toEqual([{ from: "clean.out" }, { from: "inputs.table" }]);
  expect(connect(two, someApps, "clean.out", at("plot", "extra")).steps.plot?.with.extra).toHaveLength(2);
  expect(disconnect(two, "clean.out", at("plot", "extra")).steps.plot?.with.extra).toEqual([{ from: "inputs.table" }]);
  expect(connect(two, someApps, "split.parts", at("plot", "extra")).steps.plot?.with.extra).toEqual({
    from: "split.parts",
  });
});

test("whatever is offered as a source can be linked without a new problem at that field", () => {
  for (const [id, step] of Object.entries(drawn.steps)) {
    for (const parameter of someApps.get(step.app)?.parameters.filter((one) => one.port === "in") ?? []) {
      for (const { from } of sourcesFor(drawn, someApps, at(id, parameter.name))) {
        const linked = connect(drawn, someApps, from, at(id, parameter.name));
        const problems = validateWorkflow(linked, new Map(someApps));
        expect(problems.filter((one) => one.path.startsWith(`steps.${id}.with.${parameter.name}`))).toEqual([]);
        expect(problems.some((one) => one.code === "workflow.cycle")).toBe(false);
      }
    }
  }
});

test("a link dropped on a step goes to its free required input first", () => {
  expect(targetOnStep(drawn, someApps, "inputs.table", "clean")).toEqual(at("clean", "input"));
  expect(targetOnStep(drawn, someApps, "inputs.count", "plot")).toEqual(at("plot", "width"));
  expect(targetOnStep(drawn, someApps, "inputs.count", "clean")).toBeUndefined();
});

test("a missing input is mended by a workflow input of its type", () => {
  const [problem] = validateWorkflow(drawn, new Map(someApps)).filter((one) => one.code === "with.missing");
  const mended = problem && fixOf(problem, someApps)?.change(drawn);
  expect(mended?.steps.clean?.with.input).toEqual({ from: "inputs.input" });
  expect(mended?.inputs.input).toMatchObject({ type: "file" });
});

test.each<{ given: string; change: (now: typeof drawn) => typeof drawn; code: string }>([
  {
    given: "a link to a step that is gone",
    change: (now) => ({ ...now, steps: { clean: aStep(CLEAN, { input: { from: "gone.out" } }) } }),
    code: "link.step_missing",
  },
  {
    given: "an output of a step that is gone",
    change: (now) => ({ ...now, outputs: { x: { from: "gone.out" } } }),
    code: "link.step_missing",
  },
  {
    given: "a parameter the app does not have",
    change: (now) => ({ ...now, steps: { clean: aStep(CLEAN, { input: "x", old: 1 }) } }),
    code: "with.unknown_parameter",
  },
  {
    given: "a list without scatter",
    change: (now) => ({ ...now, steps: { ...now.steps, plot: aStep(PLOT, { input: { from: "split.parts" } }) } }),
    code: "link.needs_scatter",
  },
  {
    given: "a condition that cannot be read",
    change: (now) => ({ ...now, steps: { ...now.steps, split: aStep(SPLIT, {}, { when: "1 >" }) } }),
    code: "when.syntax",
  },
  {
    given: "an app that nobody knows",
    change: (now) => ({ ...now, steps: { x: aStep("bio/gone@1.0.0") } }),
    code: "step.app_unknown",
  },
])("$given has a fix, and the fix mends it", ({ change, code }) => {
  const broken = change(drawn);
  const problem = validateWorkflow(broken, new Map(someApps)).find((one) => one.code === code);
  const mended = problem && fixOf(problem, someApps)?.change(broken);
  expect(mended).toBeDefined();
  expect(validateWorkflow(mended ?? broken, new Map(someApps)).some((one) => one.code === code)).toBe(false);
});

test("feeding an unknown parameter from an input changes nothing", () => {
  expect(feedFromInput(drawn, "clean", "nothing", someApps)).toBe(drawn);
});
