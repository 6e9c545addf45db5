import { type AppVersion, appReference, type Parameter } from "#server/graph/app";
import type { Problem, TypeName, Value, Workflow, WorkflowInput } from "#server/graph/workflow";

const STEP = "app";

type App = Pick<AppVersion, "cluster" | "name" | "version" | "title" | "parameters">;
type Values = Readonly<Record<string, Value | undefined>>;

const isData = (parameter: Parameter) => parameter.kind === "file" || parameter.kind === "directory";

function outputsOf(app: App): Workflow["outputs"] {
  const made = app.parameters.filter((parameter) => parameter.port === "out" && isData(parameter));
  return Object.fromEntries(made.map(({ name }) => [name, { from: `${STEP}.${name}` }]));
}

function documentOf(app: App, bound: Workflow["steps"][string]["with"], inputs: Workflow["inputs"]): Workflow {
  const step = {
    app: appReference(app),
    with: bound,
    placement: "auto" as const,
    retry: { attempts: 1 },
    cache: false,
  };
  return {
    schema: "krdc.workflow/v1",
    title: app.title,
    inputs,
    steps: { [STEP]: step },
    outputs: outputsOf(app),
    layout: {},
  };
}

/** The workflow that "run now" submits: one step with what was filled in, every result an output. */
export function oneStepWorkflow(app: App, values: Values): Workflow {
  const given = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return documentOf(app, Object.fromEntries(given), {});
}

/** A document for scripts: what the app needs becomes inputs of the workflow, its defaults stay its own. */
export function scriptableWorkflow(app: App): Workflow {
  const asked = app.parameters.filter((parameter) => parameter.port === "in" && parameter.required);
  const inputs = asked.map((parameter): [string, WorkflowInput] => [
    parameter.name,
    { type: `${parameter.kind}${parameter.list ? "[]" : ""}` as TypeName, title: parameter.title },
  ]);
  const bound = asked.map(({ name }) => [name, { from: `inputs.${name}` }]);
  return documentOf(app, Object.fromEntries(bound), Object.fromEntries(inputs));
}

/** The command that runs that document, with a place for each thing it needs. */
export function commandLine(app: App, home: string): string {
  const places = Object.entries(scriptableWorkflow(app).inputs).map(([name, { type }]) =>
    type.startsWith("file") || type.startsWith("directory") ? `--file ${name}=PATH` : `--set ${name}=VALUE`,
  );
  return ["npm run -s krdc -- run submit", `${app.name}.json`, `--home ${home}`, ...places, "--wait"].join(" ");
}

type Sorted = { fields: Record<string, string[]>; others: string[] };

/** Sorts problems to the fields they belong to, in the reader's language; what belongs to no field is kept apart. */
export function problemsByField(problems: readonly Problem[], language: "ko" | "en", names: readonly string[]): Sorted {
  const fields: Record<string, string[]> = {};
  const others: string[] = [];
  const prefix = `steps.${STEP}.with.`;
  for (const { path, message } of problems) {
    const name = path.startsWith(prefix) ? (path.slice(prefix.length).split(".")[0] ?? "") : "";
    const list = names.includes(name) ? (fields[name] ?? []) : others;
    if (!list.includes(message[language])) list.push(message[language]);
    if (list !== others) fields[name] = list;
  }
  return { fields, others };
}
