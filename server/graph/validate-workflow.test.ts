import { describe, expect, test } from "vitest";
import { type AppVersion, appVersion } from "./app";
import { diffWorkflow } from "./diff-workflow";
import { parseWorkflow } from "./parse-workflow";
import { placementPlan } from "./plan";
import { parseInputText, typeOfSource, validateInputs, validateWorkflow } from "./validate-workflow";
import type { Problem, Value, Workflow } from "./workflow";

const text = { ko: "", en: "" };
const base = { port: "in", list: false, required: false, title: text, help: text } as const;
const option = (name: string) => ({ name, argument: { style: "option", option: `--${name}` } }) as const;

function app(path: string, parameters: object[], access: object = {}): AppVersion {
  const [cluster, name] = path.split("/");
  return appVersion.parse({
    cluster,
    name,
    version: "1.0.0",
    digest: `sha256:${"0".repeat(64)}`,
    title: text,
    summary: text,
    readme: "",
    licence: "MIT",
    field: "",
    parameters,
    resources: {},
    access,
    sourceCommit: null,
    publishedAt: null,
  });
}

const clean = app("materials/clean", [
  { ...base, ...option("input"), kind: "file", required: true, mediaType: "text/csv" },
  { ...base, ...option("out"), kind: "file", port: "out", required: true, mediaType: "text/csv" },
  { ...base, ...option("parts"), kind: "directory", items: "file", port: "out" },
  { ...base, name: "rows", argument: { style: "none" }, kind: "integer", port: "out" },
]);
const trend = app(
  "bio/trend",
  [
    { ...base, ...option("input"), kind: "file", required: true, mediaType: "text/*" },
    { ...base, ...option("window"), kind: "integer", minimum: 1, maximum: 100, required: true, default: 12 },
    { ...base, ...option("method"), kind: "string", choices: ["mean", "median"], exclusiveGroup: "how" },
    { ...base, ...option("formula"), kind: "string", exclusiveGroup: "how" },
    { ...base, ...option("pair"), kind: "number", list: true, length: 2, listStyle: "spread" },
    { ...base, ...option("labels"), kind: "string", list: true, listStyle: "spread" },
    { ...base, ...option("out"), kind: "file", port: "out", mediaType: "image/png" },
  ],
  { remote: "open", download: "open" },
);
const apps = new Map([clean, trend].map((one) => [`${one.cluster}/${one.name}`, one]));

function read(steps: object, more: object = {}): Workflow {
  const inputs = {
    table: { type: "file" },
    window: { type: "integer", default: 12 },
    tables: { type: "file[]" },
    name: { type: "string", default: "" },
  };
  const parsed = parseWorkflow({ schema: "krdc.workflow/v1", title: text, inputs, steps, ...more });
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.workflow;
}

const places = (problems: Problem[]) => problems.map(({ path, code }) => `${path} ${code}`);
const cleanStep = { app: "materials/clean@1.0.0", with: { input: { from: "inputs.table" } } };
const trendWith = (bindings: object, more: object = {}) => ({
  clean: cleanStep,
  trend: { app: "bio/trend", with: { input: { from: "clean.out" }, ...bindings }, ...more },
});

describe("a workflow that can run has no problem", () => {
  test.each<[string, object]>([
    ["two steps in a row", trendWith({})],
    ["literals within their limits", trendWith({ window: 1, method: "mean", pair: [1, -2.5], labels: ["가", ""] })],
    ["a scattered folder", trendWith({ input: { from: "clean.parts" } }, { scatter: ["input"] })],
    ["a scattered list of inputs", trendWith({ input: { from: "inputs.tables" } }, { scatter: ["input"] })],
    ["a condition over a small result", trendWith({}, { when: "clean.rows > 1 and inputs.window >= 2" })],
    ["a link among the elements of a list", trendWith({ labels: [{ from: "inputs.name" }, "b"] })],
    ["null for a parameter that needs none", trendWith({ method: null })],
  ])("%s", (_given, steps) => {
    expect(validateWorkflow(read(steps), apps)).toEqual([]);
  });
});

describe("every problem stands at its field", () => {
  test.each<{ given: string; steps: object; want: string[] }>([
    { given: "no steps", steps: {}, want: ["steps workflow.empty"] },
    { given: "an unknown app", steps: { a: { app: "bio/none" } }, want: ["steps.a.app step.app_unknown"] },
    {
      given: "another version than is there",
      steps: { a: { ...cleanStep, app: "materials/clean@2" } },
      want: ["steps.a.app step.app_unknown"],
    },
    {
      given: "an unknown parameter",
      steps: trendWith({ windows: 1 }),
      want: ["steps.trend.with.windows with.unknown_parameter"],
    },
    { given: "an output given", steps: trendWith({ out: "x.png" }), want: ["steps.trend.with.out with.output_given"] },
    { given: "a missing input", steps: { a: { app: "materials/clean" } }, want: ["steps.a.with.input with.missing"] },
    {
      given: "null for a needed input",
      steps: { a: { app: "materials/clean", with: { input: null } } },
      want: ["steps.a.with.input with.missing"],
    },
    {
      given: "wrong types",
      steps: trendWith({ window: 1.5, method: 3, labels: "a" }),
      want: [
        "steps.trend.with.window value.wrong_type",
        "steps.trend.with.method value.wrong_type",
        "steps.trend.with.labels value.not_a_list",
      ],
    },
    {
      given: "out of limits",
      steps: trendWith({ window: 101, method: "mode", pair: [1] }),
      want: [
        "steps.trend.with.window value.too_large",
        "steps.trend.with.method value.not_a_choice",
        "steps.trend.with.pair value.wrong_length",
      ],
    },
    {
      given: "what no command line carries",
      steps: trendWith({ formula: "a\u0000", labels: ["a", "--b"] }),
      want: ["steps.trend.with.formula argument_not_expressible", "steps.trend.with.labels argument_not_expressible"],
    },
    {
      given: "two of one group",
      steps: trendWith({ method: "mean", formula: "x" }),
      want: ["steps.trend.with.formula with.exclusive"],
    },
    {
      given: "links to nothing",
      steps: trendWith({ window: { from: "inputs.no" }, method: { from: "gone.x" }, input: { from: "clean.no" } }),
      want: [
        "steps.trend.with.window link.input_missing",
        "steps.trend.with.method link.step_missing",
        "steps.trend.with.input link.port_missing",
      ].sort(),
    },
    {
      given: "an input taken for an output",
      steps: trendWith({ input: { from: "clean.input" } }),
      want: ["steps.trend.with.input link.port_missing"],
    },
    {
      given: "a type that does not fit",
      steps: trendWith({ window: { from: "clean.out" } }),
      want: ["steps.trend.with.window type.kind_mismatch"],
    },
    {
      given: "a media type that does not fit",
      steps: { ...trendWith({}), again: { app: "materials/clean", with: { input: { from: "trend.out" } } } },
      want: ["steps.again.with.input type.media_mismatch"],
    },
    {
      given: "a list without scatter",
      steps: trendWith({ input: { from: "clean.parts" } }),
      want: ["steps.trend.with.input link.needs_scatter"],
    },
    {
      given: "scatter over one value",
      steps: trendWith({}, { scatter: ["input"] }),
      want: ["steps.trend.scatter.0 scatter.not_a_list"],
    },
    {
      given: "scatter over unknown, whole-list and empty ports",
      steps: trendWith({ labels: ["a"] }, { scatter: ["no", "labels", "window"] }),
      want: [
        "steps.trend.scatter.0 scatter.unknown_port",
        "steps.trend.scatter.1 scatter.list_port",
        "steps.trend.scatter.2 scatter.not_bound",
      ],
    },
    {
      given: "scatter over lists of unequal length",
      steps: trendWith({ window: [1, 2], method: ["mean"] }, { scatter: ["window", "method"] }),
      want: ["steps.trend.scatter scatter.unequal"],
    },
    {
      given: "a condition that cannot be read",
      steps: trendWith({}, { when: "inputs.window >" }),
      want: ["steps.trend.when when.syntax"],
    },
    {
      given: "a condition over nothing, over a file, over unlike types",
      steps: {
        a: { ...cleanStep, when: "inputs.no == 1" },
        b: { ...cleanStep, when: "inputs.table == 1" },
        c: { ...cleanStep, when: "inputs.name > 1" },
      },
      want: [
        "steps.a.when when.unknown_reference",
        "steps.b.when when.not_a_value",
        "steps.c.when when.not_comparable",
      ],
    },
    { given: "a step named inputs", steps: { inputs: cleanStep }, want: ["steps.inputs step.reserved_name"] },
    {
      given: "a cycle of links and conditions",
      steps: {
        a: { app: "materials/clean", with: { input: { from: "b.out" } } },
        b: { ...cleanStep, when: "a.rows > 1" },
        c: { app: "materials/clean", with: { input: { from: "c.out" } } },
      },
      want: ["steps workflow.cycle", "steps workflow.cycle"],
    },
    {
      given: "names of object methods",
      steps: { a: { ...cleanStep, with: { input: { from: "constructor.toString" }, valueOf: 1 } } },
      want: ["steps.a.with.input link.step_missing", "steps.a.with.valueOf with.unknown_parameter"],
    },
  ])("$given", ({ steps, want }) => {
    expect(places(validateWorkflow(read(steps), apps)).sort()).toEqual([...want].sort());
  });

  test("a cycle names its steps", () => {
    const steps = {
      a: { app: "materials/clean", with: { input: { from: "b.out" } } },
      b: { app: "materials/clean", with: { input: { from: "a.out" } } },
    };
    const [problem] = validateWorkflow(read(steps), apps);
    expect(problem?.message.en).toMatch(/b → a → b|a → b → a/);
  });

  test("outputs that lead nowhere and wrong defaults", () => {
    const workflow = read(trendWith({}), {
      inputs: { table: { type: "file" }, n: { type: "integer", default: "x" } },
      outputs: { one: { from: "trend.no" }, two: { from: "gone.out" } },
    });
    expect(places(validateWorkflow(workflow, apps))).toEqual([
      "inputs.n.default value.wrong_type",
      "outputs.one link.port_missing",
      "outputs.two link.step_missing",
    ]);
  });

  test("5,000 steps in a row are checked in seconds, 5,001 are refused", () => {
    const chain = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, at) => [
          `s${at}`,
          at === 0 ? cleanStep : { app: "materials/clean", with: { input: { from: `s${at - 1}.out` } } },
        ]),
      );
    const started = performance.now();
    expect(validateWorkflow(read(chain(5000)), apps)).toEqual([]);
    expect(performance.now() - started).toBeLessThan(5000);
    expect(places(validateWorkflow(read(chain(5001)), apps))).toEqual(["steps workflow.too_many_steps"]);
  });

  test("a scattered step's output is known as a list", () => {
    const workflow = read(trendWith({ input: { from: "clean.parts" } }, { scatter: ["input"] }));
    expect(typeOfSource(workflow, apps, "trend.out")).toMatchObject({ kind: "file", list: true });
  });
});

const file = (name: string, mediaType?: string) =>
  ({ kind: "file", name, sha256: "0".repeat(64), size: 1, ...(mediaType ? { mediaType } : {}) }) as const;

describe("values for a run are judged by the declared types and by the apps behind them", () => {
  const workflow = read(trendWith({ window: { from: "inputs.window" }, formula: { from: "inputs.name" } }));
  test.each<{ given: string; values: Record<string, Value>; want: string[] }>([
    { given: "all good", values: { table: file("표.csv"), tables: [] }, want: [] },
    {
      given: "missing and unknown",
      values: { tables: [], colour: 1 },
      want: ["inputs.colour input.unknown", "inputs.table input.missing"],
    },
    {
      given: "wrong types",
      values: { table: "x", tables: [1], window: "3" },
      want: ["inputs.table value.wrong_type", "inputs.window value.wrong_type", "inputs.tables.0 value.wrong_type"],
    },
    {
      given: "beyond the app's limits",
      values: { table: file("a"), tables: [], window: 500, name: "a\nb" },
      want: ["inputs.window value.too_large", "inputs.name argument_not_expressible"],
    },
    {
      given: "a file name that leads elsewhere",
      values: { table: file("../a"), tables: [] },
      want: ["inputs.table value.bad_file_name"],
    },
  ])("$given", ({ values, want }) => {
    expect(places(validateInputs(workflow, values, apps))).toEqual(want);
  });

  test.each([
    ["integer", "12", 12],
    ["integer", " -3 ", -3],
    ["number", "1e-3", 0.001],
    ["boolean", "true", true],
    ["string", " a ", " a "],
    ["integer[]", "[1, 2]", [1, 2]],
    ["string[]", '["가"]', ["가"]],
  ] as const)("%s %j is read", (type, typed, want) => {
    expect(parseInputText(type, typed)).toEqual({ value: want });
  });

  test.each([
    ["integer", "1.5"],
    ["integer", "9007199254740993"],
    ["integer", ""],
    ["number", "0x10"],
    ["number", "1e999"],
    ["number", "Infinity"],
    ["boolean", "yes"],
    ["integer[]", "1,2"],
    ["integer[]", '["1"]'],
    ["file", "a.csv"],
  ] as const)("%s %j is refused", (type, typed) => {
    expect(parseInputText(type, typed)).toHaveProperty("problem.message.ko");
  });
});

describe("where a step runs, and why", () => {
  const workflow = read({ clean: cleanStep, trend: { app: "bio/trend" } });
  test.each([
    { home: "materials", want: ["local placement.app_at_home", "remote placement.app_lives_there"] },
    { home: "bio", want: ["remote placement.download_closed", "local placement.app_at_home"] },
  ])("home $home", ({ home, want }) => {
    const { steps } = placementPlan(workflow, apps, home);
    expect(steps.map(({ placement, reason }) => `${placement} ${reason}`)).toEqual(want);
  });

  test("home for an app elsewhere is a problem unless its image is here", () => {
    const asked = read({ trend: { app: "bio/trend", placement: "home" } });
    expect(places(placementPlan(asked, apps, "materials").problems)).toEqual([
      "steps.trend.placement placement.download_not_available",
    ]);
    const held = placementPlan(asked, apps, "materials", { imagesAtHome: new Set([trend.digest]) });
    expect(held).toMatchObject({ problems: [], steps: [{ cluster: "materials", placement: "downloaded" }] });
  });
});

describe("two workflows differ only in meaning", () => {
  test("layout and order are nothing, the rest is told at its path", () => {
    const before = read(trendWith({ window: 1 }), { layout: { clean: { x: 1, y: 1 } } });
    const { trend: step, ...others } = trendWith({ window: 2, method: "mean" });
    const after = read({ trend: step, ...others, more: cleanStep }, { layout: {} });
    expect(diffWorkflow(before, before)).toEqual([]);
    expect(diffWorkflow(before, after).map(({ path, kind }) => `${kind} ${path}`)).toEqual([
      "added steps.more",
      "added steps.trend.with.method",
      "changed steps.trend.with.window",
    ]);
  });
});
