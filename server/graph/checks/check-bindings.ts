import type { AppVersion, Parameter } from "../app";
import { argumentProblem } from "../argument-array";
import { linksIn } from "../order";
import { canConnect, elementType, type PortType, scatteredType, typeLabel, typeOf, typeOfInput } from "../types";
import {
  type AppStep,
  type Binding,
  isLink,
  type Link,
  type Problem,
  parseLink,
  type Value,
  type Workflow,
} from "../workflow";
import { checkParameterValue, checkType } from "./check-value";
import { findApp, findParameter } from "./find-app";
import { problemAt } from "./problem";

/** What the checks of one workflow look things up in. */
export type Scope = { workflow: Workflow; apps: ReadonlyMap<string, AppVersion> };

/** The type that a link brings; undefined when its app is unknown, which is a problem of that other step. */
export function sourceType(scope: Scope, from: string, path: string): PortType | Problem | undefined {
  const { step: id, port } = parseLink(from);
  if (id === "inputs") {
    const input = own(scope.workflow.inputs, port);
    return input ? typeOfInput(input) : problemAt(path, "link.input_missing", { port });
  }
  const step = own(scope.workflow.steps, id);
  if (!step) return problemAt(path, "link.step_missing", { step: id });
  const app = findApp(scope.apps, step.app);
  if (!app) return undefined;
  const output = findParameter(app, port);
  if (output?.port !== "out") return problemAt(path, "link.port_missing", { step: id, port });
  return step.scatter?.length ? scatteredType(typeOf(output)) : typeOf(output);
}

export const isProblem = (found: PortType | Problem): found is Problem => "code" in found;

function own<T>(record: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Everything wrong with what a step gives to its app, each at `steps.STEP.with.NAME`. */
export function checkBindings(scope: Scope, id: string, step: AppStep, app: AppVersion | undefined): Problem[] {
  const at = (name: string) => `steps.${id}.with.${name}`;
  if (!app) return Object.entries(step.with).flatMap(([name, binding]) => checkLinksExist(scope, binding, at(name)));
  const wrong = Object.entries(step.with).flatMap(([name, binding]) => {
    const parameter = findParameter(app, name);
    if (!parameter) return [problemAt(at(name), "with.unknown_parameter", { app: step.app, name })];
    if (parameter.port === "out") return [problemAt(at(name), "with.output_given", { name })];
    return checkBinding(scope, { step, app, parameter, path: at(name) }, binding);
  });
  return [...wrong, ...checkMissing(step, app, at), ...checkExclusive(step, app, at)];
}

function checkLinksExist(scope: Scope, binding: Binding, path: string): Problem[] {
  const found = linksIn(binding).map((link) => sourceType(scope, link.from, path));
  return found.flatMap((source) => (source && isProblem(source) ? [source] : []));
}

type Target = { step: AppStep; app: AppVersion; parameter: Parameter; path: string };

function checkBinding(scope: Scope, target: Target, binding: Binding): Problem[] {
  const isScattered = target.step.scatter?.includes(target.parameter.name) ?? false;
  const type = isScattered ? scatteredType(typeOf(target.parameter)) : typeOf(target.parameter);
  if (binding === null || type.nested) return [];
  if (isLink(binding)) return checkLink(scope, target, binding, type, target.path);
  if (linksIn(binding).length > 0 && Array.isArray(binding)) return checkElements(scope, target, binding, type);
  return checkLiteral(target, binding as Value, type);
}

function checkLink(scope: Scope, target: Target, link: Link, type: PortType, path: string): Problem[] {
  const source = sourceType(scope, link.from, path);
  if (!source) return [];
  if (isProblem(source)) return [source];
  const connection = canConnect(source, type);
  if (!connection.ok) return [{ path, code: connection.code, message: connection.message }];
  if (!connection.scatter) return [];
  return [problemAt(path, "link.needs_scatter", { from: link.from, name: target.parameter.name })];
}

/** In a list of links and values a link brings one element, or all of its own when it is a list. */
function checkElements(scope: Scope, target: Target, binding: (Link | Value)[], type: PortType): Problem[] {
  if (!type.list) return [problemAt(target.path, "value.wrong_type", { expected: typeLabel(type) })];
  return binding.flatMap((element, at) => {
    const path = `${target.path}.${at}`;
    if (isLink(element)) return checkLink(scope, target, element, type, path);
    return checkType(elementType(type), element, path);
  });
}

function checkLiteral({ app, parameter, path }: Target, value: Value, type: PortType): Problem[] {
  const wrong = checkParameterValue(parameter, type, value, path);
  if (wrong.length > 0 || parameter.kind === "file" || parameter.kind === "directory") return wrong;
  const isScattered = type.list && !parameter.list && Array.isArray(value);
  return (isScattered ? value : [value]).flatMap((element, at) => {
    const problem = argumentProblem(parameter, app.parameters, element);
    return problem ? [{ ...problem, path: isScattered ? `${path}.${at}` : path }] : [];
  });
}

const isBound = (step: AppStep, name: string) => (own(step.with, name) ?? null) !== null;

function checkMissing(step: AppStep, app: AppVersion, at: (name: string) => string): Problem[] {
  return app.parameters
    .filter(({ port, required, default: preset }) => port === "in" && required && (preset ?? null) === null)
    .filter(({ name }) => !isBound(step, name))
    .map(({ name }) => problemAt(at(name), "with.missing", { name }));
}

function checkExclusive(step: AppStep, app: AppVersion, at: (name: string) => string): Problem[] {
  const first = new Map<string, string>();
  return app.parameters.flatMap(({ name, exclusiveGroup }) => {
    if (!(exclusiveGroup && isBound(step, name))) return [];
    const other = first.get(exclusiveGroup);
    if (other !== undefined) return [problemAt(at(name), "with.exclusive", { name, other })];
    first.set(exclusiveGroup, name);
    return [];
  });
}
