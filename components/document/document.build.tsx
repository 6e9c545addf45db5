import type { AppVersion, Parameter } from "#server/graph/app";
import type { AppStep, Workflow } from "#server/graph/workflow";

/** For tests: a parameter of a file that comes in. */
export const aParameter = (name: string, more: Partial<Parameter> = {}): Parameter => ({
  name,
  kind: "file",
  port: "in",
  list: false,
  required: false,
  title: { ko: "", en: name },
  help: { ko: "", en: "" },
  argument: { style: "none" },
  ...more,
});

/** For tests: `materials/clean@1.0.0` unless told otherwise. */
export const anApp = (name: string, parameters: Parameter[], more: Partial<AppVersion> = {}): AppVersion => ({
  cluster: "materials",
  name,
  version: "1.0.0",
  digest: `sha256:${"0".repeat(64)}`,
  title: { ko: "", en: name },
  summary: { ko: "", en: "" },
  readme: "",
  licence: "MIT",
  field: "climate",
  parameters,
  resources: { cpu: "500m", memory: "512Mi", gpu: 0, durationSeconds: 60 },
  access: { remote: "open", download: "closed" },
  sourceCommit: null,
  publishedAt: null,
  ...more,
});

export const aStep = (app: string, bound: AppStep["with"] = {}, more: Partial<AppStep> = {}): AppStep => ({
  app,
  with: bound,
  placement: "auto",
  retry: { attempts: 1 },
  cache: false,
  ...more,
});

export const aWorkflow = (more: Partial<Workflow> = {}): Workflow => ({
  schema: "krdc.workflow/v1",
  title: { ko: "시험", en: "test" },
  inputs: {},
  steps: {},
  outputs: {},
  layout: {},
  ...more,
});

const out = (name: string, more: Partial<Parameter> = {}) => aParameter(name, { port: "out", ...more });

const clean = anApp("clean", [aParameter("input", { required: true }), out("out", { mediaType: "text/csv" })]);
const split = anApp("split", [aParameter("input"), out("parts", { list: true })]);
const plot = anApp("plot", [
  aParameter("input", { mediaType: "text/csv" }),
  aParameter("extra", { list: true }),
  aParameter("width", { kind: "number" }),
  out("image", { mediaType: "image/png" }),
]);

/** For tests: the three apps, by the references that the steps write. */
export const someApps = new Map([clean, split, plot].map((app) => [`${app.cluster}/${app.name}@${app.version}`, app]));
export const CLEAN = "materials/clean@1.0.0";
export const SPLIT = "materials/split@1.0.0";
export const PLOT = "materials/plot@1.0.0";
