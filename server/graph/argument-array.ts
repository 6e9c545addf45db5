import type { Parameter } from "./app";
import { type ProblemFacts, problemAt } from "./checks/problem";
import type { Problem, Value } from "./workflow";

export type ArgumentArray = { arguments: string[] } | { problem: Problem };
type Why = "control" | "leading" | "too_long" | "positional" | "default" | "kind";

/** Linux refuses a single argument of 128 KiB and, with the environment, about 2 MiB in all. */
const MAX_ELEMENT_BYTES = 131_071;
const MAX_TOTAL_BYTES = 1_500_000;
const POINTER_BYTES = 8;
const encoder = new TextEncoder();

class NotExpressible extends Error {
  readonly problem: Problem;
  constructor(parameter: string, why: Why, facts: ProblemFacts = {}) {
    super(why);
    this.problem = problemAt(parameter, `argument_not_expressible:${why}`, facts);
  }
}

/**
 * The command line that argparse reads back as exactly these values; what it would read otherwise is refused.
 * Files and folders come as path strings. A problem's path is the parameter's name.
 */
export function argumentArray(parameters: Parameter[], values: Record<string, Value | undefined>): ArgumentArray {
  try {
    const given = parameters.filter((parameter) => isGiven(ownValue(values, parameter.name)));
    const prefixes = prefixCharacters(parameters);
    const options = given.flatMap((parameter) => optionElements(parameter, ownValue(values, parameter.name), prefixes));
    const positionals = positionalElements(parameters, values);
    const all = [...options, ...(positionals.length > 0 ? ["--", ...positionals] : [])];
    refuseTooLong(all, given);
    return { arguments: all };
  } catch (error) {
    if (error instanceof NotExpressible) return { problem: error.problem };
    throw error;
  }
}

/** Whether this value alone could be refused; `argumentArray` also judges the values together. */
export function argumentProblem(parameter: Parameter, parameters: Parameter[], value: Value): Problem | undefined {
  const others = parameters.filter((other) => other.name === parameter.name || other.argument.style !== "positional");
  const result = argumentArray(others, { [parameter.name]: value });
  return "problem" in result ? result.problem : undefined;
}

const ownValue = (values: Record<string, Value | undefined>, name: string): Value | undefined =>
  Object.hasOwn(values, name) ? values[name] : undefined;

const isGiven = (value: Value | undefined): value is Value => value !== undefined && value !== null;

/** What an option of this program may begin with: `-`, other characters that it chose, and `-1` where it has such options. */
function prefixCharacters(parameters: Parameter[]): Set<string> {
  const options = parameters.flatMap(({ argument }) => ("option" in argument ? [argument.option] : []));
  const numeric = options.some((option) => /^-[\d.]/.test(option)) ? ["-1"] : [];
  return new Set(["-", ...options.map((option) => option.slice(0, 1)), ...numeric]);
}

function optionElements(parameter: Parameter, value: Value | undefined, prefixes: Set<string>): string[] {
  const { argument, name } = parameter;
  if (!isGiven(value) || argument.style === "none" || argument.style === "positional") return [];
  if (argument.style === "switch") return switchElements(parameter, argument, value);
  if (!Array.isArray(value)) return withValue(argument.option, textOf(name, value));
  if (value.length === 0) return emptyList(parameter);
  if (parameter.listStyle === "repeat") {
    return beyondDefault(parameter, value).flatMap((element) => withValue(argument.option, textOf(name, element)));
  }
  const [first, ...others] = value;
  if (others.length === 0) return withValue(argument.option, textOf(name, first));
  return [argument.option, ...value.map((element) => bareElement(name, element, prefixes))];
}

type Switch = Extract<Parameter["argument"], { style: "switch" }>;

function switchElements(parameter: Parameter, argument: Switch, value: Value): string[] {
  if (typeof value !== "boolean") throw new NotExpressible(parameter.name, "kind");
  if (value === argument.whenTrue) return [argument.option];
  if (argument.negative) return [argument.negative];
  if (parameter.default === argument.whenTrue) throw new NotExpressible(parameter.name, "default");
  return [];
}

/** argparse appends to the default of a repeated option, so only what comes behind it is passed. */
function beyondDefault(parameter: Parameter, value: Value[]): Value[] {
  const before = Array.isArray(parameter.default) ? parameter.default : [];
  const rest = value.slice(before.length);
  const isMisread = before.some((element, at) => value[at] !== element) || (parameter.required && rest.length === 0);
  if (isMisread) throw new NotExpressible(parameter.name, "default");
  return rest;
}

/** An empty list is passed by leaving it out, where that means no values. */
function emptyList(parameter: Parameter): string[] {
  const hasDefault = Array.isArray(parameter.default) ? parameter.default.length > 0 : isGiven(parameter.default);
  if (parameter.required || hasDefault) throw new NotExpressible(parameter.name, "default");
  return [];
}

const PUNCTUATION = /^[!-/:-<>-@[-`{-~]/;

/**
 * `--name=value` is read the same whatever the value begins with. A one-letter option has no such form outside
 * argparse, so it is written as every program reads it: apart, or attached where the value could pass for an option.
 */
function withValue(option: string, text: string): string[] {
  if (option.length > 2) return [`${option}=${text}`];
  return PUNCTUATION.test(text) ? [`${option}${text}`] : [option, text];
}

/** An element of its own must not look like an option; negative numbers do not when written without exponent. */
function bareElement(name: string, value: Value | undefined, prefixes: Set<string>): string {
  const isNegative = typeof value === "number" && value < 0 && Number.isFinite(value);
  const text = isNegative ? plainDecimal(value) : textOf(name, value);
  const first = text.slice(0, 1);
  const mayLead = isNegative ? !prefixes.has("-1") : text === "-" || !(prefixes.has(first) || first === "@");
  if (!mayLead) throw new NotExpressible(name, "leading", { first });
  return text;
}

function positionalElements(parameters: Parameter[], values: Record<string, Value | undefined>): string[] {
  const ordered = parameters
    .flatMap((parameter) =>
      parameter.argument.style === "positional" ? [{ parameter, order: parameter.argument.order }] : [],
    )
    .sort((one, other) => one.order - other.order)
    .map(({ parameter }) => ({ parameter, texts: positionalTexts(parameter, ownValue(values, parameter.name)) }));
  refuseMisread(ordered);
  return ordered.flatMap(({ texts }) => texts);
}

function positionalTexts(parameter: Parameter, value: Value | undefined): string[] {
  const { name } = parameter;
  if (!isGiven(value)) return [];
  if (Array.isArray(value) && value.length === 0) return emptyList(parameter);
  return (Array.isArray(value) ? value : [value]).map((element) => {
    const text = textOf(name, element);
    if (text.startsWith("@")) throw new NotExpressible(name, "leading", { first: "@" });
    return text;
  });
}

/** argparse hands values out greedily from the left; when that is not what was meant, it cannot be said. */
function refuseMisread(positionals: { parameter: Parameter; texts: string[] }[]): void {
  const total = positionals.reduce((sum, { texts }) => sum + texts.length, 0);
  if (total === 0) return;
  const minima = positionals.map(({ parameter }) => (parameter.required ? (parameter.length ?? 1) : 0));
  let left = total;
  for (const [at, { parameter, texts }] of positionals.entries()) {
    const reserved = minima.slice(at + 1).reduce((sum, count) => sum + count, 0);
    const room = Math.max(0, left - reserved);
    const most = parameter.list ? (parameter.length ?? room) : 1;
    if (Math.min(most, room) !== texts.length) throw new NotExpressible(parameter.name, "positional");
    left -= texts.length;
  }
}

const NOT_CARRIED = /[\p{Cc}\p{Cs}]/u;

/** Older argparse drops a value that is `--`, even in `--name=--`. */
function textOf(name: string, value: Value | undefined): string {
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (typeof value !== "string") throw new NotExpressible(name, "kind");
  if (NOT_CARRIED.test(value)) throw new NotExpressible(name, "control");
  if (value === "--") throw new NotExpressible(name, "kind");
  return value;
}

/** The same decimal number without exponent, which is the only form of a negative number that argparse never takes for an option. */
function plainDecimal(value: number): string {
  const [mantissa = "", exponent] = String(value).split("e");
  if (exponent === undefined) return mantissa;
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `-0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return `-${digits}${"0".repeat(point - digits.length)}`;
  return `-${digits.slice(0, point)}.${digits.slice(point)}`;
}

function refuseTooLong(elements: string[], given: Parameter[]): void {
  const sizes = elements.map((element) => encoder.encode(element).length + 1);
  const total = sizes.reduce((sum, size) => sum + size + POINTER_BYTES, 0);
  if (total <= MAX_TOTAL_BYTES && sizes.every((size) => size <= MAX_ELEMENT_BYTES)) return;
  const name = given.length === 1 ? given[0]?.name : undefined;
  throw new NotExpressible(name ?? "", "too_long");
}
