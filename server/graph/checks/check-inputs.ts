import type { AppVersion, Parameter } from "../app";
import { argumentProblem } from "../argument-array";
import { parseTypeName, scatteredType, typeLabel, typeOf, typeOfInput } from "../types";
import { type AppStep, isLink, type Problem, parseLink, type TypeName, type Value, type Workflow } from "../workflow";
import { checkParameterValue, checkType } from "./check-value";
import { findApp, findParameter } from "./find-app";
import { problemAt } from "./problem";

/**
 * Every problem of the values that a person gives to a run, at `inputs.NAME`. With the apps at hand also what the
 * parameters behind the inputs would refuse, so that nothing starts that must fail later.
 */
export function validateInputs(
  workflow: Workflow,
  values: Record<string, Value>,
  apps: ReadonlyMap<string, AppVersion> = new Map(),
): Problem[] {
  const unknown = Object.keys(values)
    .filter((name) => !Object.hasOwn(workflow.inputs, name))
    .map((name) => problemAt(`inputs.${name}`, "input.unknown", { name }));
  const consumers = consumersOf(workflow, apps);
  const wrong = Object.entries(workflow.inputs).flatMap(([name, input]) => {
    const value = inputValue(workflow, values, name);
    if (value === undefined) return [problemAt(`inputs.${name}`, "input.missing", { name })];
    const problems = checkType(typeOfInput(input), value, `inputs.${name}`);
    return problems.length > 0 ? problems : checkConsumers(consumers.get(name) ?? [], value, `inputs.${name}`);
  });
  return [...unknown, ...wrong];
}

/** The value given, or the declared default; null and nothing are the same. */
export function inputValue(workflow: Workflow, values: Record<string, Value>, name: string): Value | undefined {
  const given = Object.hasOwn(values, name) ? values[name] : undefined;
  return given ?? workflow.inputs[name]?.default ?? undefined;
}

type Consumer = { parameter: Parameter; parameters: Parameter[]; isScattered: boolean };

function consumersOf(workflow: Workflow, apps: ReadonlyMap<string, AppVersion>): Map<string, Consumer[]> {
  const found = new Map<string, Consumer[]>();
  if (apps.size === 0) return found;
  for (const step of Object.values(workflow.steps)) {
    for (const { input, consumer } of stepConsumers(step, findApp(apps, step.app))) {
      found.set(input, [...(found.get(input) ?? []), consumer]);
    }
  }
  return found;
}

function stepConsumers(step: AppStep, app: AppVersion | undefined): { input: string; consumer: Consumer }[] {
  if (!app) return [];
  return Object.entries(step.with).flatMap(([name, binding]) => {
    const parameter = findParameter(app, name);
    if (!(parameter && isLink(binding))) return [];
    const from = parseLink(binding.from);
    const isScattered = step.scatter?.includes(name) ?? false;
    const consumer = { parameter, parameters: app.parameters, isScattered };
    return from.step === "inputs" ? [{ input: from.port, consumer }] : [];
  });
}

/** Files are judged by their type only: their paths are made by the system. */
function checkConsumers(consumers: Consumer[], value: Value, path: string): Problem[] {
  const problems = consumers.flatMap(({ parameter, parameters, isScattered }) => {
    if (parameter.kind === "file" || parameter.kind === "directory") return [];
    const type = isScattered ? scatteredType(typeOf(parameter)) : typeOf(parameter);
    const asked = type.list && !Array.isArray(value) ? [value] : value;
    const wrong = checkParameterValue(parameter, type, asked, path);
    return wrong.length > 0 ? wrong : checkArguments({ parameter, parameters, isScattered }, asked, path);
  });
  return [...new Map(problems.map((problem) => [`${problem.path} ${problem.message.en}`, problem])).values()];
}

function checkArguments({ parameter, parameters, isScattered }: Consumer, value: Value, path: string): Problem[] {
  const single = isScattered && Array.isArray(value) ? value : [value];
  const problems = single.map((element) => argumentProblem(parameter, parameters, element));
  return problems.flatMap((problem) => (problem ? [{ ...problem, path }] : []));
}

export type ParsedText = { value: Value } | { problem: Pick<Problem, "code" | "message"> };

/** A text that a person typed, by its declared type; lists are JSON arrays. Files cannot be typed. */
export function parseInputText(type: TypeName, text: string): ParsedText {
  const { kind, list } = parseTypeName(type);
  if (kind === "file" || kind === "directory") return { problem: problemAt("", "input.file_expected") };
  const value = list ? parseList(text) : parseSingle(kind, text);
  const isRight = value !== undefined && checkType({ kind, list }, value, "").length === 0;
  return isRight
    ? { value }
    : { problem: problemAt("", "input.bad_text", { expected: typeLabel({ kind, list }), text }) };
}

function parseSingle(kind: "string" | "integer" | "number" | "boolean", text: string): Value | undefined {
  if (kind === "string") return text;
  const word = text.trim();
  if (kind === "boolean") return word === "true" ? true : word === "false" ? false : undefined;
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(word) ? Number(word) : undefined;
}

function parseList(text: string): Value | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
