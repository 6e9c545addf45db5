import { describe, expect, test } from "vitest";
import { addInput, removeInputs, removeOutputs, renameInput, renameOutput } from "./boundary";
import { copySteps, pasteSteps, readClip } from "./clipboard";
import { aStep, aWorkflow, CLEAN, PLOT } from "./document.build";
import { addStep, moveNodes, removeSteps, renameStep, setBinding, uniqueName } from "./steps";

describe("a new name is free and made of allowed characters", () => {
  test.each<{ given: string; taken: string[]; want: string }>([
    { given: "csv-clean", taken: [], want: "csv_clean" },
    { given: "csv-clean", taken: ["csv_clean", "csv_clean_2"], want: "csv_clean_3" },
    { given: "inputs", taken: [], want: "inputs_2" },
    { given: "3d-view", taken: [], want: "s_3d_view" },
    { given: "표", taken: [], want: "s" },
    { given: "a".repeat(60), taken: ["a".repeat(36)], want: `${"a".repeat(36)}_2` },
  ])("$given beside $taken -> $want", ({ given, taken, want }) => {
    expect(uniqueName(given, taken)).toBe(want);
  });
});

test("a step is added with its version pinned and at whole pixels", () => {
  const app = { cluster: "bio", name: "moving-average", version: "1.2.0" };
  const { workflow, id } = addStep(aWorkflow(), app, { x: 10.4, y: 20.6 });
  expect(id).toBe("moving_average");
  expect(workflow.steps[id]?.app).toBe("bio/moving-average@1.2.0");
  expect(workflow.layout[id]).toEqual({ x: 10, y: 21 });
});

test("a step without a known version follows the newest published one", () => {
  const { workflow, id } = addStep(aWorkflow(), { cluster: "bio", name: "align", version: "" }, { x: 0, y: 0 });
  expect(workflow.steps[id]?.app).toBe("bio/align");
});

const chained = aWorkflow({
  inputs: { table: { type: "file" } },
  steps: {
    clean: aStep(CLEAN, { input: { from: "inputs.table" } }),
    plot: aStep(
      PLOT,
      { input: { from: "clean.out" }, extra: [{ from: "clean.out" }, { from: "inputs.table" }] },
      {
        scatter: ["input"],
        when: "clean.count > 1 and inputs.table != 'clean.x'",
      },
    ),
  },
  outputs: { table: { from: "clean.out" }, image: { from: "plot.image" } },
  layout: { clean: { x: 0, y: 0 }, plot: { x: 300, y: 0 }, "inputs.table": { x: -200, y: 0 } },
});

test("removing a step removes its links, its scatter, its outputs and its place, and nothing else", () => {
  const left = removeSteps(chained, new Set(["clean"]));
  expect(Object.keys(left.steps)).toEqual(["plot"]);
  expect(left.steps.plot?.with).toEqual({ extra: [{ from: "inputs.table" }] });
  expect(left.steps.plot?.scatter).toBeUndefined();
  expect(left.outputs).toEqual({ image: { from: "plot.image" } });
  expect(Object.keys(left.layout)).toEqual(["plot", "inputs.table"]);
});

test("renaming a step carries links, lists of links, conditions, outputs and its place along", () => {
  const renamed = renameStep(chained, "clean", "tidy");
  expect(Object.keys(renamed.steps)).toEqual(["tidy", "plot"]);
  expect(renamed.steps.plot?.with.input).toEqual({ from: "tidy.out" });
  expect(renamed.steps.plot?.with.extra).toEqual([{ from: "tidy.out" }, { from: "inputs.table" }]);
  expect(renamed.steps.plot?.when).toContain("tidy.count > 1");
  expect(renamed.outputs.table).toEqual({ from: "tidy.out" });
  expect(renamed.layout.tidy).toEqual({ x: 0, y: 0 });
});

test.each(["plot", "inputs", "outputs"])("a step cannot take the name %s", (name) => {
  expect(renameStep(chained, "clean", name)).toBe(chained);
});

test("clearing a setting takes its key away, so that the app's default holds", () => {
  const set = setBinding(chained, "plot", "width", 2);
  expect(set.steps.plot?.with.width).toBe(2);
  expect("width" in (setBinding(set, "plot", "width", undefined).steps.plot?.with ?? {})).toBe(false);
});

test("a literal in place of a link ends the scatter over it", () => {
  expect(setBinding(chained, "plot", "input", "x").steps.plot?.scatter).toBeUndefined();
});

test("no operation changes the document it was given", () => {
  const before = structuredClone(chained);
  removeSteps(chained, new Set(["clean"]));
  renameStep(chained, "clean", "tidy");
  renameInput(chained, "table", "rows");
  removeInputs(chained, new Set(["table"]));
  moveNodes(chained, { clean: { x: 9, y: 9 } });
  pasteSteps(chained, copySteps(chained, new Set(["clean", "plot"])), { x: 1, y: 1 });
  expect(chained).toEqual(before);
});

describe("workflow inputs and outputs", () => {
  test("renaming an input carries its links, conditions and place along", () => {
    const renamed = renameInput(chained, "table", "rows");
    expect(renamed.inputs.rows).toEqual({ type: "file" });
    expect(renamed.steps.clean?.with.input).toEqual({ from: "inputs.rows" });
    expect(renamed.steps.plot?.when).toContain("inputs.rows != ");
    expect(renamed.layout["inputs.rows"]).toEqual({ x: -200, y: 0 });
  });

  test("removing an input removes what it fed", () => {
    const left = removeInputs(chained, new Set(["table"]));
    expect(left.inputs).toEqual({});
    expect(left.steps.clean?.with).toEqual({});
    expect(left.steps.plot?.with.extra).toEqual([{ from: "clean.out" }]);
  });

  test("a second input of the same name gets another", () => {
    expect(addInput(chained, "table", { type: "file" }).name).toBe("table_2");
  });

  test("an output is renamed in its place and removed alone", () => {
    expect(Object.keys(renameOutput(chained, "table", "rows").outputs)).toEqual(["rows", "image"]);
    expect(removeOutputs(chained, new Set(["table"])).outputs).toEqual({ image: { from: "plot.image" } });
  });
});

describe("copy and paste", () => {
  const clip = copySteps(chained, new Set(["clean", "plot", "inputs.table"]));

  test("pasted steps get new ids and stay linked among themselves, not to their originals", () => {
    const { workflow, ids } = pasteSteps(chained, clip, { x: 40, y: 40 });
    expect(ids).toEqual(["clean_2", "plot_2"]);
    expect(workflow.steps.plot_2?.with.input).toEqual({ from: "clean_2.out" });
    expect(workflow.layout.plot_2).toEqual({ x: 340, y: 40 });
  });

  test("in another workflow, links to what is not there are left out", () => {
    const { workflow } = pasteSteps(aWorkflow(), copySteps(chained, new Set(["plot"])), { x: 0, y: 0 });
    expect(workflow.steps.plot?.with).toEqual({});
    expect(workflow.steps.plot?.scatter).toBeUndefined();
  });

  test.each([
    "",
    "hello",
    "{}",
    '{"schema":"krdc.clip/v1","steps":{},"layout":{}}',
    '{"schema":"krdc.clip/v1","steps":{"A B":{}},"layout":{}}',
  ])("the text %j on the clipboard is not ours", (text) => {
    expect(readClip(text)).toBeUndefined();
  });

  test("what was copied can be read back", () => {
    expect(readClip(JSON.stringify(clip))).toEqual(clip);
  });
});
