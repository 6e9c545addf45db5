import type { AppVersion } from "../app";
import { type Expression, findTypeProblem, parseExpression, referencesOf } from "../expression";
import { linksIn } from "../order";
import { canConnect, type PortType, typeOf } from "../types";
import { type AppStep, isLink, type Problem } from "../workflow";
import { checkBindings, isProblem, type Scope, sourceType } from "./check-bindings";
import { findApp, findParameter } from "./find-app";
import { problemAt } from "./problem";

/** Everything that is wrong with one step, seen from itself. */
export function checkStep(scope: Scope, id: string, step: AppStep): Problem[] {
  const app = findApp(scope.apps, step.app);
  return [
    ...(id === "inputs" ? [problemAt(`steps.${id}`, "step.reserved_name")] : []),
    ...(app ? [] : [problemAt(`steps.${id}.app`, "step.app_unknown", { app: step.app })]),
    ...checkBindings(scope, id, step, app),
    ...(app ? checkScatter(scope, id, step, app) : []),
    ...checkCondition(scope, id, step),
  ];
}

function checkScatter(scope: Scope, id: string, step: AppStep, app: AppVersion): Problem[] {
  const names = step.scatter ?? [];
  const wrong = names.flatMap((name, at) => {
    const path = `steps.${id}.scatter.${at}`;
    if (names.indexOf(name) < at) return [problemAt(path, "scatter.repeated", { name })];
    return checkScatteredPort(scope, step, app, { name, path });
  });
  return wrong.length > 0 ? wrong : checkEqualLengths(step, `steps.${id}.scatter`);
}

function checkScatteredPort(
  scope: Scope,
  step: AppStep,
  app: AppVersion,
  port: { name: string; path: string },
): Problem[] {
  const { name, path } = port;
  const parameter = findParameter(app, name);
  if (parameter?.port !== "in") return [problemAt(path, "scatter.unknown_port", { app: step.app, name })];
  if (parameter.list) return [problemAt(path, "scatter.list_port", { name })];
  const binding = Object.hasOwn(step.with, name) ? step.with[name] : undefined;
  if ((binding ?? null) === null) return [problemAt(path, "scatter.not_bound", { name })];
  if (!isLink(binding)) return Array.isArray(binding) ? [] : [problemAt(path, "scatter.not_a_list", { name })];
  const source = sourceType(scope, binding.from, path);
  if (!source || isProblem(source)) return [];
  const connection = canConnect(source, typeOf(parameter));
  if (!connection.ok || connection.scatter) return [];
  return [problemAt(path, "scatter.not_a_list", { name })];
}

/** Lists that are written out can be counted now; those that come by links when they are there. */
function checkEqualLengths(step: AppStep, path: string): Problem[] {
  const lengths = (step.scatter ?? []).flatMap((name) => {
    const binding = step.with[name];
    return binding !== undefined && Array.isArray(binding) && linksIn(binding).length === 0 ? [binding.length] : [];
  });
  return new Set(lengths).size > 1 ? [problemAt(path, "scatter.unequal", { lengths: lengths.join(", ") })] : [];
}

function checkCondition(scope: Scope, id: string, step: AppStep): Problem[] {
  if (step.when === undefined) return [];
  const path = `steps.${id}.when`;
  const parsed = parseExpression(step.when);
  if ("problem" in parsed) return [problemAt(path, "when.syntax", parsed.problem)];
  const types = new Map<string, PortType>();
  const wrong = referencesOf(parsed.expression).flatMap((reference) => {
    const source = sourceType(scope, reference, path);
    if (!source) return [];
    if (isProblem(source)) return [problemAt(path, "when.unknown_reference", { reference })];
    types.set(reference, source);
    return isPlainValue(source) ? [] : [problemAt(path, "when.not_a_value", { reference })];
  });
  return wrong.length > 0 ? wrong : checkComparisons(parsed.expression, types, path);
}

const isPlainValue = (type: PortType) => !type.list && type.kind !== "file" && type.kind !== "directory";

function checkComparisons(expression: Expression, types: Map<string, PortType>, path: string): Problem[] {
  if (referencesOf(expression).some((reference) => !types.has(reference))) return [];
  const problem = findTypeProblem(expression, (reference) => {
    const kind = types.get(reference)?.kind;
    return kind === "string" || kind === "boolean" ? kind : "number";
  });
  return problem ? [problemAt(path, problem.code, { what: problem.what })] : [];
}

/** Outputs of the workflow must lead to something that a run can give. */
export function checkOutputs(scope: Scope): Problem[] {
  return Object.entries(scope.workflow.outputs).flatMap(([name, { from }]) => {
    const source = sourceType(scope, from, `outputs.${name}`);
    if (!source) return [];
    if (isProblem(source)) return [source];
    return source.nested ? [problemAt(`outputs.${name}`, "type.nested_list")] : [];
  });
}
