import type { AppVersion, Parameter } from "./app";
import { argumentProblem } from "./argument-array";
import { inputValue } from "./checks/check-inputs";
import { checkParameterValue } from "./checks/check-value";
import { findParameter } from "./checks/find-app";
import { problemAt } from "./checks/problem";
import { type ExpressionValue, evaluateExpression, parseExpression } from "./expression";
import { parentsOf } from "./order";
import { type PortType, scatteredType, typeOf } from "./types";
import {
  type AppStep,
  type Binding,
  type FileValue,
  isLink,
  type Problem,
  parseLink,
  type Value,
  type Workflow,
} from "./workflow";

/** How a whole step stands, all its scattered instances together; `succeeded` also for one taken from the cache. */
export type ParentView = {
  state: "open" | "succeeded" | "failed" | "cancelled" | "skipped";
  /** Its outputs by port once it succeeded; for a scattered step as `gatherOutputs` makes them. */
  outputs: Record<string, Value>;
};

export type Readiness =
  | { kind: "waiting"; parents: string[] }
  | { kind: "blocked"; parents: string[] }
  | { kind: "skipped"; reason: "parent_skipped" | "condition_false"; parents: string[] }
  | { kind: "refused"; problems: Problem[] }
  /** One entry of parameter values for each instance; a scattered step over an empty list has none and succeeds at once. */
  | { kind: "ready"; isScattered: boolean; instances: Record<string, Value>[] };

export type StepToStart = {
  id: string;
  step: AppStep;
  app: AppVersion;
  workflow: Workflow;
  /** The values given to the run; defaults are filled in here. */
  inputs: Record<string, Value>;
  parents: ReadonlyMap<string, ParentView>;
};

/** Whether a step can start now, and with what. Pure: the same view always gives the same answer. */
export function readiness(view: StepToStart): Readiness {
  const parents = [...parentsOf(view.step)];
  const inState = (...states: ParentView["state"][]) =>
    parents.filter((id) => states.includes(view.parents.get(id)?.state ?? "open"));
  const failed = inState("failed", "cancelled");
  if (failed.length > 0) return { kind: "blocked", parents: failed };
  const skipped = inState("skipped");
  if (skipped.length > 0) return { kind: "skipped", reason: "parent_skipped", parents: skipped };
  const open = inState("open");
  if (open.length > 0) return { kind: "waiting", parents: open };
  const condition = judgeCondition(view);
  if (typeof condition !== "boolean") return { kind: "refused", problems: [condition] };
  return condition ? resolve(view) : { kind: "skipped", reason: "condition_false", parents: [] };
}

function judgeCondition(view: StepToStart): boolean | Problem {
  if (view.step.when === undefined) return true;
  const path = `steps.${view.id}.when`;
  const parsed = parseExpression(view.step.when);
  if ("problem" in parsed) return problemAt(path, "when.syntax", parsed.problem);
  const result = evaluateExpression(parsed.expression, (reference) => plainValue(sourceValue(view, reference)));
  return "value" in result ? result.value : problemAt(path, result.problem.code, { what: result.problem.what });
}

const plainValue = (value: Value | undefined): ExpressionValue | undefined =>
  typeof value === "object" ? null : value;

function sourceValue(view: StepToStart, from: string): Value | undefined {
  const { step, port } = parseLink(from);
  if (step === "inputs") return inputValue(view.workflow, view.inputs, port);
  const outputs = view.parents.get(step)?.outputs ?? {};
  return Object.hasOwn(outputs, port) ? outputs[port] : undefined;
}

function resolve(view: StepToStart): Readiness {
  const values: Record<string, Value> = {};
  const problems: Problem[] = [];
  for (const [name, binding] of Object.entries(view.step.with)) {
    const parameter = findParameter(view.app, name);
    if (parameter?.port !== "in") continue;
    const path = `steps.${view.id}.with.${name}`;
    const type = isScattered(view.step, name) ? scatteredType(typeOf(parameter)) : typeOf(parameter);
    const value = boundValue(view, binding, type);
    const found = checkResolved({ view, parameter, type, path, binding }, value);
    if (found.length === 0 && value !== undefined && value !== null) values[name] = value;
    problems.push(...found);
  }
  if (problems.length > 0) return { kind: "refused", problems };
  return expand(view, { ...neededDefaults(view.app), ...values });
}

/** A program may demand an option although it has a default; then the default is what is passed. */
function neededDefaults(app: AppVersion): Record<string, Value> {
  const needed = app.parameters.filter(({ port, required }) => port === "in" && required);
  return Object.fromEntries(
    needed.flatMap(({ name, default: preset }): [string, Value][] =>
      preset === undefined || preset === null ? [] : [[name, preset]],
    ),
  );
}

const isScattered = (step: AppStep, name: string) => step.scatter?.includes(name) ?? false;

function boundValue(view: StepToStart, binding: Binding, type: PortType): Value | undefined {
  if (isLink(binding)) {
    const value = sourceValue(view, binding.from);
    return value === undefined || value === null ? undefined : fitted(value, type);
  }
  if (!Array.isArray(binding)) return binding;
  return binding.flatMap((element) => {
    const value = isLink(element) ? sourceValue(view, element.from) : element;
    const fit = value === undefined ? [] : fitted(value, type);
    return Array.isArray(fit) ? fit : [fit];
  });
}

/** A folder becomes its files where files are taken, and one value a list where a list is taken. */
function fitted(value: Value, type: PortType): Value {
  const isFolder = typeof value === "object" && value !== null && !Array.isArray(value) && value.kind === "directory";
  if (isFolder && type.kind === "file") return folderFiles(value.files);
  return type.list && !Array.isArray(value) ? [value] : value;
}

function folderFiles(files: (FileValue & { path: string })[]): FileValue[] {
  const sorted = [...files].sort((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0));
  return sorted.map(({ path: _path, ...file }) => file);
}

type Resolved = { view: StepToStart; parameter: Parameter; type: PortType; path: string; binding: Binding };

function checkResolved({ view, parameter, type, path, binding }: Resolved, value: Value | undefined): Problem[] {
  if (value === undefined || value === null) {
    const isNeeded = parameter.required && (parameter.default ?? null) === null;
    const from = isLink(binding) ? binding.from : "";
    return isNeeded ? [problemAt(path, "ready.output_missing", { from, name: parameter.name })] : [];
  }
  const wrong = checkParameterValue(parameter, type, value, path);
  if (wrong.length > 0 || parameter.kind === "file" || parameter.kind === "directory") return wrong;
  const singles = type.list && !parameter.list && Array.isArray(value) ? value : [value];
  const problems = singles.map((single) => argumentProblem(parameter, view.app.parameters, single));
  return problems.flatMap((problem) => (problem ? [{ ...problem, path }] : []));
}

/** Scattered lists run in step (dot product); everything else is the same for each instance. */
function expand(view: StepToStart, values: Record<string, Value>): Readiness {
  const names = view.step.scatter ?? [];
  if (names.length === 0) return { kind: "ready", isScattered: false, instances: [values] };
  const lists = names.map((name) => values[name]);
  const lengths = lists.map((list) => (Array.isArray(list) ? list.length : -1));
  if (new Set(lengths).size > 1 || lengths.includes(-1)) {
    const facts = { lengths: names.map((name, at) => `${name} ${lengths[at]}`).join(", ") };
    return { kind: "refused", problems: [problemAt(`steps.${view.id}.scatter`, "scatter.unequal", facts)] };
  }
  const instances = Array.from({ length: lengths[0] ?? 0 }, (_, index) => instanceValues(values, names, index));
  return { kind: "ready", isScattered: true, instances };
}

function instanceValues(values: Record<string, Value>, names: string[], index: number): Record<string, Value> {
  const single = { ...values };
  for (const name of names) {
    const list = values[name];
    if (Array.isArray(list)) single[name] = list[index] ?? null;
  }
  return single;
}

/**
 * The outputs of a scattered step as its dependants see them: one list for each port, in the order of the instances.
 * An instance that left a port out stands there as null, so that lists keep step; a port that none wrote is left out.
 */
export function gatherOutputs(app: AppVersion, instances: Record<string, Value>[]): Record<string, Value> {
  const ports = app.parameters.filter((parameter) => parameter.port === "out" && !parameter.list);
  const lists = ports.map(({ name }) => [name, instances.map((outputs) => singleOutput(outputs, name))] as const);
  const isWritten = (list: unknown[]) => list.length === 0 || list.some((element) => element !== null);
  return Object.fromEntries(lists.filter(([, list]) => isWritten(list)));
}

function singleOutput(outputs: Record<string, Value>, name: string) {
  const value = Object.hasOwn(outputs, name) ? outputs[name] : undefined;
  return value === undefined || Array.isArray(value) ? null : value;
}
