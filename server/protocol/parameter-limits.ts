import { z } from "zod";
import { KrdcError } from "#server/errors";
import type { AppVersion, Parameter } from "#server/graph/app";
import type { Value } from "#server/graph/workflow";

const word = z.union([z.string().max(1000), z.number()]);

/** What an owner lets one parameter be: a range of numbers, or some values; of a list each element. */
const parameterLimit = z.strictObject({
  min: z.number().optional(),
  max: z.number().optional(),
  values: z.array(word).min(1).max(200).optional(),
});
export type ParameterLimit = z.infer<typeof parameterLimit>;

export const parameterLimits = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,79}$/), parameterLimit);
export type ParameterLimits = z.infer<typeof parameterLimits>;

/** Whether apps that talk to a network may run; who enforces it on the wire is the runtime. */
export const egress = z.enum(["none", "any"]);
export type Egress = z.infer<typeof egress>;

/** Terms of an agreement or offer that older documents do not have; not said is no limit. */
export type UseTerms = { parameters?: ParameterLimits | undefined; egress?: Egress | undefined };

/** A number and the text of it are one value: what a command line gives has no types. */
const isAmong = (value: Value, values: readonly (string | number)[]) =>
  (typeof value === "string" || typeof value === "number" || typeof value === "boolean") &&
  values.some((one) => String(one) === String(value));

function admits({ min, max, values }: ParameterLimit, value: Value): boolean {
  if (Array.isArray(value)) return value.every((element) => admits({ min, max, values }, element));
  if (values && !isAmong(value, values)) return false;
  if (min === undefined && max === undefined) return true;
  return typeof value === "number" && value >= (min ?? value) && value <= (max ?? value);
}

const limitText = ({ min, max, values }: ParameterLimit): string =>
  [
    ...(min === undefined && max === undefined ? [] : [`${min ?? ""}..${max ?? ""}`]),
    ...(values ? [values.join(",")] : []),
  ].join(" ");

/** Every limit as a person writes it: `window=1..24`. */
export const limitTexts = (limits: ParameterLimits | undefined): string[] =>
  Object.entries(limits ?? {}).map(([name, limit]) => `${name}=${limitText(limit)}`);

export type UseRefusal =
  | { code: "agreement.parameter_out_of_bounds"; name: string; bound: string }
  | { code: "agreement.egress_refused"; name: "network"; bound: "none" };

type App = Pick<AppVersion, "parameters" | "network">;

/** The value that the program would get: what is given, or its own default. */
const effective = (parameter: Parameter | undefined, given: Value | undefined): Value | undefined =>
  given ?? parameter?.default ?? undefined;

/** A limit on something that this version does not have cannot be judged, so it is refused. */
function isOver(parameter: Parameter | undefined, limit: ParameterLimit, given: Value | undefined): boolean {
  if (!parameter || parameter.port === "out") return true;
  const value = effective(parameter, given);
  return value !== undefined && value !== null && !admits(limit, value);
}

/** Every parameter that goes beyond its limit; those whose values nobody knows yet are left to the host's door. */
export function overLimits(
  limits: ParameterLimits | undefined,
  app: App,
  values: Readonly<Record<string, Value>>,
  unknown: ReadonlySet<string> = new Set(),
): Extract<UseRefusal, { code: "agreement.parameter_out_of_bounds" }>[] {
  const judged = Object.entries(limits ?? {}).filter(([name]) => !unknown.has(name));
  return judged.flatMap(([name, limit]) => {
    const parameter = app.parameters.find((one) => one.name === name);
    const given = Object.hasOwn(values, name) ? values[name] : undefined;
    if (!isOver(parameter, limit, given)) return [];
    return [{ code: "agreement.parameter_out_of_bounds" as const, name, bound: limitText(limit) }];
  });
}

export const isEgressRefused = (terms: UseTerms, app: App): boolean => terms.egress === "none" && app.network === "any";

function isNarrower(narrow: ParameterLimit | undefined, wide: ParameterLimit): boolean {
  if (!narrow) return false;
  if (narrow.values)
    return narrow.values.every((one) => admits({ min: narrow.min, max: narrow.max }, one) && admits(wide, one));
  if (wide.values) return false;
  const isAbove = wide.min === undefined || (narrow.min !== undefined && narrow.min >= wide.min);
  return isAbove && (wide.max === undefined || (narrow.max !== undefined && narrow.max <= wide.max));
}

/** The first of these terms in which `narrow` allows what `wide` does not. */
export function widenedUseTerm(narrow: UseTerms, wide: UseTerms): string | undefined {
  const limits = narrow.parameters ?? {};
  const over = Object.entries(wide.parameters ?? {}).find(
    ([name, limit]) => !isNarrower(Object.hasOwn(limits, name) ? limits[name] : undefined, limit),
  );
  if (over) return `parameters.${over[0]}`;
  return wide.egress === "none" && narrow.egress !== "none" ? "egress" : undefined;
}

const number = "-?\\d{1,15}(?:\\.\\d{1,15})?";
const range = new RegExp(`^(${number})?\\.\\.(${number})?$`);

function readLimit(text: string): ParameterLimit {
  const [whole, min, max] = range.exec(text) ?? [];
  if (whole === undefined) {
    const values = text.split(",").map((one) => one.trim());
    return { values: values.map((one) => (String(Number(one)) === one ? Number(one) : one)) };
  }
  return { ...(min ? { min: Number(min) } : {}), ...(max ? { max: Number(max) } : {}) };
}

/** Limits as a person writes them, `window=1..24` and `method=a,b`; the refusal names what cannot be read. */
export function limitsOfWords(words: readonly string[]): ParameterLimits {
  const read = words.map((text) => {
    const [, name = "", limit = ""] = /^\s*([A-Za-z_]\w*)\s*=\s*(\S.*?)\s*$/.exec(text) ?? [];
    const isRead = name !== "" && limit !== ".." && !limit.split(",").some((one) => one.trim() === "");
    if (!isRead) throw new KrdcError("invalid", "owner.wrong_limit", { detail: { text } });
    return [name, readLimit(limit)] as const;
  });
  return parameterLimits.parse(Object.fromEntries(read));
}
