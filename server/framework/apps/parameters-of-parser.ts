import type { Parameter, ValueKind } from "#server/graph/app";
import type { Hint } from "./manifest";
import type { ParsedArgument } from "./parser-shape";

const inputNames =
  /^(in|input|inputs|data|source|src|infile|input_file|file|files|table|sequence|sequences|structure)$|_(in|input|file|data)$|^(input|in)_/;
const outputNames =
  /^(out|output|outputs|result|results|dest|outfile|output_file)$|_(out|output|result)$|^(output|out)_/;

const scalarKinds: Record<string, ValueKind> = { int: "integer", float: "number", str: "string" };

const isSwitch = (argument: ParsedArgument) => /^(store_true|store_false|boolean_optional)$/.test(argument.action);
const mayBePath = (argument: ParsedArgument) =>
  (argument.type === "str" || argument.type === "path") && !argument.choices;

/** A path's direction by argparse's own file types, else by the parameter's name; undefined for plain values. */
function directionOf(argument: ParsedArgument): "in" | "out" | undefined {
  if (argument.type === "file-w") return "out";
  if (argument.type === "file-r") return "in";
  if (!mayBePath(argument)) return undefined;
  if (outputNames.test(argument.dest)) return "out";
  return inputNames.test(argument.dest) || argument.type === "path" ? "in" : undefined;
}

/** File, folder or value, in or out: the provider's word first, then what the parser tells. */
function kindAndPort(argument: ParsedArgument, hint: Hint): { kind: ValueKind; port: "in" | "out" } {
  if (isSwitch(argument)) return { kind: "boolean", port: "in" };
  const direction = directionOf(argument);
  const kind = hint.kind ?? (direction || hint.port === "out" ? "file" : guessed(argument));
  const isArtifact = kind === "file" || kind === "directory";
  return { kind, port: isArtifact ? (hint.port ?? direction ?? "in") : "in" };
}

const guessed = (argument: ParsedArgument): ValueKind =>
  scalarKinds[argument.type] ?? scalarKinds[argument.looksLike ?? ""] ?? "string";

function argumentOf(argument: ParsedArgument, order: number): Parameter["argument"] {
  if (argument.positional) return { style: "positional", order };
  const option = argument.options.find((name) => name.startsWith("--")) ?? argument.options[0] ?? `--${argument.dest}`;
  if (argument.action === "store_true") return { style: "switch", option, whenTrue: true };
  if (argument.action === "store_false") return { style: "switch", option, whenTrue: false };
  if (argument.action === "boolean_optional") {
    const negative = argument.options.find((name) => name.startsWith("--no-")) ?? `--no-${option.slice(2)}`;
    return { style: "switch", option, whenTrue: true, negative };
  }
  return { style: "option", option };
}

function listOf(argument: ParsedArgument): Pick<Parameter, "list" | "listStyle" | "length"> {
  if (argument.action === "append") return { list: true, listStyle: "repeat" };
  const isSpread = argument.nargs === "*" || argument.nargs === "+" || typeof argument.nargs === "number";
  if (!isSpread) return { list: false };
  return {
    list: true,
    listStyle: "spread",
    ...(typeof argument.nargs === "number" ? { length: argument.nargs } : {}),
  };
}

type Scalar = string | number | boolean;
const isScalar = (item: unknown): item is Scalar => ["string", "number", "boolean"].includes(typeof item);

function defaultOf(argument: ParsedArgument, kind: ValueKind): Pick<Parameter, "default"> {
  const found = argument.default;
  if (kind === "file" || kind === "directory" || found === null || found === undefined) return {};
  if (Array.isArray(found)) return found.every(isScalar) ? { default: found } : {};
  return isScalar(found) ? { default: found } : {};
}

const words = (name: string) => {
  const text = name.replace(/[_-]+/g, " ").trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
};

function limitsOf(argument: ParsedArgument, hint: Hint): Partial<Pick<Parameter, "minimum" | "maximum" | "choices">> {
  const minimum = hint.minimum ?? argument.range?.min;
  const maximum = hint.maximum ?? argument.range?.max;
  const choices = argument.choices?.filter(isScalar);
  return {
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(choices ? { choices } : {}),
  };
}

const optional = <K extends keyof Hint>(hint: Hint, keys: K[]): Partial<Pick<Hint, K>> =>
  Object.fromEntries(keys.filter((key) => hint[key] !== undefined).map((key) => [key, hint[key]])) as Partial<
    Pick<Hint, K>
  >;

function parameterOf(argument: ParsedArgument, order: number, hint: Hint): Parameter {
  const { kind, port } = kindAndPort(argument, hint);
  const isOutput = port === "out";
  const help = argument.help ?? "";
  return {
    name: argument.dest,
    kind,
    port,
    ...(isOutput ? { list: false } : listOf(argument)),
    required: isOutput ? false : (hint.required ?? argument.required),
    ...defaultOf(argument, kind),
    ...limitsOf(argument, hint),
    ...(optional(hint, ["items", "mediaType", "unit", "secret"]) as Partial<Parameter>),
    ...(argument.exclusiveGroup === null ? {} : { exclusiveGroup: String(argument.exclusiveGroup) }),
    title: hint.title ?? { ko: words(argument.dest), en: words(argument.dest) },
    help: hint.help ?? { ko: help, en: help },
    argument: argumentOf(argument, order),
  };
}

const supported = /^(store|append|store_true|store_false|boolean_optional)$/;

/** Why this parser has no typed form yet, by argument; every one at once. */
export function problemsOfParser(
  parsed: ParsedArgument[],
  hints: Record<string, Hint>,
): { code: string; dest: string }[] {
  const known = new Set(parsed.map((argument) => argument.dest));
  const unknownHints = Object.entries(hints)
    .filter(([name, hint]) => !known.has(name) && !isValueResult(hint))
    .map(([dest]) => ({ code: "app.hint_without_argument", dest }));
  const unsupported = parsed
    .filter((argument) => argument.required && !supported.test(argument.action))
    .map(({ dest }) => ({ code: "app.argument_not_supported", dest }));
  // Until a secret has a way of its own to the program it would stand in its command line for everybody to see.
  const secrets = Object.entries(hints)
    .filter(([, hint]) => hint.secret === true)
    .map(([dest]) => ({ code: "app.secret_not_supported", dest }));
  return [...unknownHints, ...unsupported, ...secrets];
}

const isValueResult = (hint: Hint) =>
  hint.port === "out" && hint.kind !== undefined && hint.kind !== "file" && hint.kind !== "directory";

/** The typed ports and form fields of a program, from its parser and the provider's hints. */
export function parametersOfParser(parsed: ParsedArgument[], hints: Record<string, Hint>): Parameter[] {
  const usable = parsed.filter(
    (argument) => !argument.hidden && supported.test(argument.action) && argument.nargs !== "remainder",
  );
  const known = new Set(usable.map((argument) => argument.dest));
  const results = Object.entries(hints)
    .filter(([name, hint]) => !known.has(name) && isValueResult(hint))
    .map(
      ([name, hint]): Parameter => ({
        name,
        kind: hint.kind ?? "string",
        port: "out",
        list: false,
        required: false,
        ...(optional(hint, ["unit"]) as Partial<Parameter>),
        title: hint.title ?? { ko: words(name), en: words(name) },
        help: hint.help ?? { ko: "", en: "" },
        argument: { style: "none" },
      }),
    );
  return [...usable.map((argument, order) => parameterOf(argument, order, hints[argument.dest] ?? {})), ...results];
}
