import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AppVersion } from "./app";
import { descendantsOf, stepGraph, topologicalOrder, wouldCloseCycle } from "./order";
import { gatherOutputs, type ParentView, readiness } from "./ready";
import { appStep, type Value, type Workflow } from "./workflow";

const text = { ko: "", en: "" };
const input = { port: "in", list: false, required: false, title: text, help: text } as const;
const app = {
  parameters: [
    { ...input, name: "input", kind: "file", required: true, argument: { style: "option", option: "--input" } },
    { ...input, name: "all", kind: "file", list: true, argument: { style: "option", option: "--all" } },
    { ...input, name: "n", kind: "integer", maximum: 10, argument: { style: "option", option: "--n" } },
    { ...input, name: "out", kind: "file", port: "out", argument: { style: "option", option: "--out" } },
  ],
} as unknown as AppVersion;

const file = (name: string) => ({ kind: "file", name, sha256: "0".repeat(64), size: 1 }) as const;
const folder = {
  kind: "directory",
  name: "parts",
  files: [
    { ...file("b"), path: "x/b" },
    { ...file("a"), path: "x/a" },
  ],
} as const;
const workflow = { steps: {}, inputs: { n: { type: "integer", default: 3 } } } as unknown as Workflow;

function judge(step: object, parents: Record<string, Partial<ParentView>>, inputs: Record<string, Value> = {}) {
  const views = Object.entries(parents).map(([id, view]): [string, ParentView] => [
    id,
    { state: "succeeded", outputs: {}, ...view },
  ]);
  return readiness({
    id: "s",
    step: appStep.parse({ app: "a/b", ...step }),
    app,
    workflow,
    inputs,
    parents: new Map(views),
  });
}

const fromP = { with: { input: { from: "p.out" } } };
const out = { outputs: { out: file("o"), rows: 2, parts: { ...folder, files: [...folder.files] } } };

describe("a step starts when and only when everything before it allows", () => {
  test.each<{ given: string; step: object; parents: Record<string, Partial<ParentView>>; want: object }>([
    {
      given: "a parent still open",
      step: fromP,
      parents: { p: { state: "open" } },
      want: { kind: "waiting", parents: ["p"] },
    },
    { given: "a parent never seen", step: fromP, parents: {}, want: { kind: "waiting", parents: ["p"] } },
    {
      given: "a failed parent beside an open one",
      step: { with: { input: { from: "p.out" }, n: { from: "q.rows" } } },
      parents: { p: { state: "open" }, q: { state: "failed" } },
      want: { kind: "blocked", parents: ["q"] },
    },
    {
      given: "a skipped parent",
      step: fromP,
      parents: { p: { state: "skipped" } },
      want: { kind: "skipped", reason: "parent_skipped" },
    },
    {
      given: "a false condition",
      step: { ...fromP, when: "p.rows > 2" },
      parents: { p: out },
      want: { kind: "skipped", reason: "condition_false" },
    },
    {
      given: "a condition on a default",
      step: { ...fromP, when: "inputs.n == 3" },
      parents: { p: out },
      want: { kind: "ready" },
    },
    {
      given: "values from links, defaults and literals",
      step: { with: { input: { from: "p.out" }, n: { from: "inputs.n" } } },
      parents: { p: out },
      want: { kind: "ready", isScattered: false, instances: [{ input: file("o"), n: 3 }] },
    },
    {
      given: "a folder taken as its files, in order of their paths",
      step: { with: { input: { from: "p.out" }, all: { from: "p.parts" } } },
      parents: { p: out },
      want: { instances: [{ all: [file("a"), file("b")] }] },
    },
    {
      given: "lists put together",
      step: { with: { input: { from: "p.out" }, all: [{ from: "p.parts" }, { from: "p.out" }] } },
      parents: { p: out },
      want: { instances: [{ all: [file("a"), file("b"), file("o")] }] },
    },
    {
      given: "one file where a list is taken",
      step: { with: { input: { from: "p.out" }, all: { from: "p.out" } } },
      parents: { p: out },
      want: { instances: [{ all: [file("o")] }] },
    },
    {
      given: "a needed output that was not written",
      step: fromP,
      parents: { p: {} },
      want: { kind: "refused", problems: [{ path: "steps.s.with.input", code: "ready.output_missing" }] },
    },
    {
      given: "a result beyond the limit",
      step: { with: { input: { from: "p.out" }, n: { from: "p.rows" } } },
      parents: { p: { outputs: { out: file("o"), rows: 11 } } },
      want: { kind: "refused", problems: [{ path: "steps.s.with.n", code: "value.too_large" }] },
    },
    {
      given: "scatter over a folder",
      step: { with: { input: { from: "p.parts" }, n: 1 }, scatter: ["input"] },
      parents: { p: out },
      want: {
        isScattered: true,
        instances: [
          { input: file("a"), n: 1 },
          { input: file("b"), n: 1 },
        ],
      },
    },
    {
      given: "scatter in step",
      step: { with: { input: { from: "p.parts" }, n: [1, 2] }, scatter: ["input", "n"] },
      parents: { p: out },
      want: {
        instances: [
          { input: file("a"), n: 1 },
          { input: file("b"), n: 2 },
        ],
      },
    },
    {
      given: "scatter over unequal lists",
      step: { with: { input: { from: "p.parts" }, n: [1] }, scatter: ["input", "n"] },
      parents: { p: out },
      want: { kind: "refused", problems: [{ code: "scatter.unequal" }] },
    },
    {
      given: "scatter over nothing",
      step: { with: { input: { from: "p.parts" } }, scatter: ["input"] },
      parents: { p: { outputs: { parts: { ...folder, files: [] } } } },
      want: { kind: "ready", isScattered: true, instances: [] },
    },
  ])("$given", ({ step, parents, want }) => {
    expect(judge(step, parents)).toMatchObject(want);
  });

  test("a default that the program demands is passed, unless another value is given", () => {
    const option = { style: "option", option: "--k" };
    const k = { ...input, name: "k", kind: "integer", required: true, default: 5, argument: option };
    const demanding = { parameters: [...app.parameters, k] } as unknown as AppVersion;
    const start = (bindings: object) =>
      readiness({
        id: "s",
        step: appStep.parse({ app: "a/b", with: { input: { from: "p.out" }, ...bindings } }),
        app: demanding,
        workflow,
        inputs: {},
        parents: new Map([["p", { state: "succeeded", outputs: { out: file("o") } }]]),
      });
    expect(start({})).toMatchObject({ instances: [{ input: file("o"), k: 5 }] });
    expect(start({ k: 7 })).toMatchObject({ instances: [{ input: file("o"), k: 7 }] });
  });

  test("outputs of instances are gathered in step, and a port that none wrote is left out", () => {
    expect(gatherOutputs(app, [{ out: file("a") }, {}])).toEqual({ out: [file("a"), null] });
    expect(gatherOutputs(app, [{}, {}])).toEqual({});
    expect(gatherOutputs(app, [])).toEqual({ out: [] });
  });
});

const step = (...parents: string[]) =>
  appStep.parse({ app: "a/b", with: Object.fromEntries(parents.map((id, at) => [`p${at}`, { from: `${id}.out` }])) });

describe("the order of steps", () => {
  test("parents come before children in every random graph without cycles", () => {
    const graph = fc.array(fc.array(fc.nat(30), { maxLength: 4 }), { maxLength: 30 });
    fc.assert(
      fc.property(graph, (rows) => {
        const steps = Object.fromEntries(
          rows.map((links, at) => [`s${at}`, step(...links.filter((to) => to < at).map((to) => `s${to}`))]),
        );
        const { parents, children } = stepGraph({ steps });
        const { order, cycles } = topologicalOrder({ parents, children });
        expect(cycles).toEqual([]);
        expect(order.length).toBe(rows.length);
        for (const [id, before] of parents)
          for (const parent of before) expect(order.indexOf(parent)).toBeLessThan(order.indexOf(id));
      }),
    );
  });

  test("every cycle that is named is one, and none is missed", () => {
    const graph = fc.array(fc.array(fc.nat(12), { maxLength: 3 }), { minLength: 1, maxLength: 13 });
    fc.assert(
      fc.property(graph, (rows) => {
        const steps = Object.fromEntries(
          rows.map((links, at) => [`s${at}`, step(...links.filter((to) => to < rows.length).map((to) => `s${to}`))]),
        );
        const built = stepGraph({ steps });
        const { order, cycles } = topologicalOrder(built);
        for (const cycle of cycles) {
          for (const [at, id] of cycle.entries())
            expect(built.children.get(id)?.has(cycle[(at + 1) % cycle.length] ?? "")).toBe(true);
        }
        expect(cycles.length > 0).toBe(order.length < rows.length);
      }),
    );
  });

  test("dependants and new links", () => {
    const steps = { a: step(), b: step("a"), c: step("b"), d: step() };
    expect([...descendantsOf(stepGraph({ steps }), ["a"])].sort()).toEqual(["b", "c"]);
    expect(wouldCloseCycle({ steps }, "c", "a")).toBe(true);
    expect(wouldCloseCycle({ steps }, "d", "a")).toBe(false);
    expect(wouldCloseCycle({ steps }, "a", "a")).toBe(true);
  });
});
