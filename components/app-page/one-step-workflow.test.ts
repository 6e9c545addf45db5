import { describe, expect, test } from "vitest";
import type { AppVersion, Parameter } from "#server/graph/app";
import { validateWorkflow } from "#server/graph/validate-workflow";
import { commandLine, oneStepWorkflow, problemsByField, scriptableWorkflow } from "./one-step-workflow";

const text = { ko: "", en: "" };
const aParameter = (over: Partial<Parameter> & Pick<Parameter, "name">): Parameter => ({
  kind: "string",
  port: "in",
  list: false,
  required: false,
  title: text,
  help: text,
  argument: { style: "option", option: `--${over.name}` },
  ...over,
});

const app: AppVersion = {
  cluster: "bio",
  name: "plot",
  version: "1.4.0",
  digest: `sha256:${"a".repeat(64)}`,
  title: { ko: "그래프", en: "Plot" },
  summary: text,
  readme: "",
  licence: "MIT",
  field: "",
  parameters: [
    aParameter({ name: "input", kind: "file", required: true }),
    aParameter({ name: "columns", list: true, required: true }),
    aParameter({ name: "width", kind: "number", maximum: 4 }),
    aParameter({ name: "image", kind: "file", port: "out", required: true }),
  ],
  resources: { cpu: "500m", memory: "512Mi", gpu: 0, durationSeconds: 60 },
  access: { remote: "open", download: "closed" },
  sourceCommit: null,
  publishedAt: null,
};
const apps = new Map([["bio/plot@1.4.0", app]]);
const file = { kind: "file" as const, name: "표 1.csv", sha256: "b".repeat(64), size: 3 };
const names = app.parameters.map(({ name }) => name);

describe("running an app alone is a workflow of one step", () => {
  test("what was filled in runs, and every result is an output", () => {
    const workflow = oneStepWorkflow(app, { input: file, columns: ["a"], width: undefined });
    expect(validateWorkflow(workflow, apps)).toEqual([]);
    expect(workflow.steps.app?.with).toEqual({ input: file, columns: ["a"] });
    expect(workflow.outputs).toEqual({ image: { from: "app.image" } });
  });

  test("all problems come at once, each at its field, once, in the reader's language", () => {
    const found = validateWorkflow(oneStepWorkflow(app, { width: 9 }), apps);
    const { fields, others } = problemsByField([...found, ...found], "ko", names);
    expect(Object.keys(fields).sort()).toEqual(["columns", "input", "width"]);
    expect(Object.values(fields).map((list) => list.length)).toEqual([1, 1, 1]);
    expect(others).toEqual([]);
  });

  test("a problem of no field is kept, not lost", () => {
    const message = { ko: "앱이 없습니다", en: "no app" };
    const problems = [
      { path: "steps.app.app", code: "step.app_unknown", message },
      { path: "steps.app.with.elsewhere", code: "with.unknown_parameter", message },
    ];
    expect(problemsByField(problems, "en", names)).toEqual({ fields: {}, others: ["no app"] });
  });

  test("the document for scripts is valid and its command names what must be given", () => {
    expect(validateWorkflow(scriptableWorkflow(app), apps)).toEqual([]);
    expect(commandLine(app, "materials")).toBe(
      "npm run -s krdc -- run submit plot.json --home materials --file input=PATH --set columns=VALUE --wait",
    );
  });
});
