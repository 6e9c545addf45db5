import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Parameter } from "./app";
import { argumentArray } from "./argument-array";
import type { Value } from "./workflow";

const text = { ko: "", en: "" };
const setting = (name: string, more: Partial<Parameter>): Parameter => ({
  name,
  kind: "string",
  port: "in",
  list: false,
  required: false,
  title: text,
  help: text,
  argument: { style: "option", option: `--${name}` },
  ...more,
});

/** Builds the same parser from the parameters and reads many command lines in one process, each as the kernel hands it over. */
const READER = `
import argparse, json, sys
def build(parameters):
    parser = argparse.ArgumentParser(exit_on_error=False)
    def fail(message): raise ValueError(message)
    parser.error = fail
    for p in sorted(parameters, key=lambda p: p["argument"].get("order", 0)):
        a = p["argument"]; kind = {"integer": int, "number": float}.get(p["kind"], str)
        if a["style"] == "switch":
            if a.get("negative"): parser.add_argument(a["option"], dest=p["name"], action=argparse.BooleanOptionalAction, default=p.get("default"))
            else: parser.add_argument(a["option"], dest=p["name"], action="store_true" if a["whenTrue"] else "store_false", default=p.get("default", not a["whenTrue"]))
            continue
        k = {"type": kind}
        if p.get("default") is not None: k["default"] = list(p["default"]) if isinstance(p["default"], list) else p["default"]
        if a["style"] == "option":
            k["required"] = p["required"]; k["dest"] = p["name"]
            if p["list"]:
                if p.get("listStyle") == "repeat": k["action"] = "append"
                else: k["nargs"] = p.get("length") or ("+" if p["required"] else "*")
            parser.add_argument(a["option"], **k)
        else:
            if p["list"]: k["nargs"] = p.get("length") or ("+" if p["required"] else "*")
            elif not p["required"]: k["nargs"] = "?"
            parser.add_argument(p["name"], **k)
    return parser
heads = json.loads(sys.stdin.buffer.read().decode())
rest = sys.argv[1:]
out = []
for head in heads:
    args, rest = rest[:head["count"]], rest[head["count"]:]
    try: out.append(vars(build(head["parameters"]).parse_args(args)))
    except (ValueError, argparse.ArgumentError) as e: out.append({"error": str(e), "args": args})
print(json.dumps(out))
`;

type Case = { parameters: Parameter[]; values: Record<string, Value> };
type Read = Record<string, unknown>;

function readBack(cases: { parameters: Parameter[]; arguments: string[] }[]): Read[] {
  const heads = cases.map((one) => ({ parameters: one.parameters, count: one.arguments.length }));
  const output = execFileSync("python3", ["-c", READER, ...cases.flatMap((one) => one.arguments)], {
    input: JSON.stringify(heads),
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(output.toString("utf8")) as Read[];
}

const tricky = fc.constantFrom(
  "",
  "-",
  "--",
  "---",
  "-1",
  "-n",
  "--name",
  "--name=x",
  "=",
  "=x",
  "@file",
  "a b",
  "-a b",
  "'\"",
  "$(id)",
  "값",
  "한글 파일.csv",
  "🧬",
  "-0.5",
  "\n",
  "\u0000",
  "\ud800",
  "+x",
  "nan",
);
const anyText = fc.oneof(
  tricky,
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.string({ maxLength: 10 }).map((tail) => `-${tail}`),
);
const anyInteger = fc.oneof(fc.maxSafeInteger(), fc.integer());
const anyNumber = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), anyInteger);
type Kind = "string" | "integer" | "number";
const scalar: Record<Kind, fc.Arbitrary<string | number>> = { string: anyText, integer: anyInteger, number: anyNumber };

const anyKind = fc.constantFrom<Kind>("string", "integer", "number");
const optionName = (at: number) => fc.constantFrom(`--name-${at}`, `--n${at}`, `-${"abcdef"[at]}`, `-long${at}`);

function anyOption(at: number): fc.Arbitrary<{ parameter: Parameter; value: Value }> {
  const name = `p${at}`;
  return fc.tuple(optionName(at), anyKind, fc.boolean()).chain(([option, kind, required]) => {
    const base: Partial<Parameter> = { kind, required, argument: { style: "option", option } };
    const list = fc.array(scalar[kind], { maxLength: 4 });
    return fc.oneof(
      scalar[kind].map((value) => ({ parameter: setting(name, base), value })),
      list.map((value) => ({ parameter: setting(name, { ...base, list: true, listStyle: "spread" }), value })),
      list.map((value) => ({ parameter: setting(name, { ...base, list: true, listStyle: "repeat" }), value })),
      fc
        .array(scalar[kind], { minLength: 2, maxLength: 2 })
        .map((value) => ({ parameter: setting(name, { ...base, list: true, length: 2, listStyle: "spread" }), value })),
      fc.tuple(list, list).map(([preset, value]) => ({
        parameter: setting(name, { ...base, list: true, listStyle: "repeat", default: preset }),
        value: [...preset, ...value],
      })),
    );
  });
}

function anyPositional(at: number): fc.Arbitrary<{ parameter: Parameter; value: Value }> {
  const name = `q${at}`;
  return fc.tuple(anyKind, fc.boolean()).chain(([kind, required]) => {
    const base: Partial<Parameter> = { kind, required, argument: { style: "positional", order: at } };
    return fc.oneof(
      scalar[kind].map((value) => ({ parameter: setting(name, base), value })),
      fc
        .array(scalar[kind], { maxLength: 3 })
        .map((value) => ({ parameter: setting(name, { ...base, list: true }), value })),
    );
  });
}

function anySwitch(at: number): fc.Arbitrary<{ parameter: Parameter; value: Value }> {
  const name = `s${at}`;
  const negative = {
    argument: { style: "switch", option: `--s${at}`, whenTrue: true, negative: `--no-s${at}` },
  } as const;
  return fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()).map(([whenTrue, hasNegative, value]) => ({
    parameter: setting(name, {
      kind: "boolean",
      ...(hasNegative ? negative : { argument: { style: "switch", option: `--s${at}`, whenTrue } }),
    }),
    value,
  }));
}

const anyCase: fc.Arbitrary<Case> = fc
  .tuple(
    fc.array(fc.nat(), { maxLength: 3 }).chain((picks) => fc.tuple(...picks.map((_, at) => anyOption(at)))),
    fc.array(fc.nat(), { maxLength: 3 }).chain((picks) => fc.tuple(...picks.map((_, at) => anyPositional(at)))),
    fc.array(fc.nat(), { maxLength: 1 }).chain((picks) => fc.tuple(...picks.map((_, at) => anySwitch(at)))),
    fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
  )
  .map(([options, positionals, switches, isGiven]) => {
    const all = [...options, ...positionals, ...switches];
    const given = all.filter(({ parameter }, at) => parameter.required || isGiven[at]);
    return {
      parameters: all.map(({ parameter }) => parameter),
      values: Object.fromEntries(given.map(({ parameter, value }) => [parameter.name, value])),
    };
  });

/** What argparse shows for a value that was entered; an empty list left out reads as nothing. */
function expected(value: Value | undefined): unknown {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return undefined;
  return JSON.parse(JSON.stringify(value));
}

function shown(read: unknown): unknown {
  return read === null || (Array.isArray(read) && read.length === 0) ? undefined : read;
}

describe("argparse reads back exactly what was entered, or it was refused before", () => {
  test("10,000 random command lines of unicode texts, numbers, lists, switches and positionals", () => {
    const cases = fc.sample(anyCase, { numRuns: 10_000, seed: 20_260_101 });
    const written = cases.flatMap((one) => {
      const result = argumentArray(one.parameters, one.values);
      return "arguments" in result ? [{ ...one, arguments: result.arguments }] : [];
    });
    for (let at = 0; at < written.length; at += 500) {
      const part = written.slice(at, at + 500);
      for (const [index, read] of readBack(part).entries()) {
        const { parameters, values, arguments: line } = part[index] ?? { parameters: [], values: {}, arguments: [] };
        const given = parameters.filter(({ name }) => Object.hasOwn(values, name));
        const want = Object.fromEntries(given.map((parameter) => [parameter.name, expected(values[parameter.name])]));
        const got = Object.fromEntries(given.map(({ name }) => [name, shown(read[name])]));
        expect({ line, error: read.error, ...got }).toEqual({ line, error: undefined, ...want });
      }
    }
    expect(written.length).toBeGreaterThan(3000);
  }, 120_000);

  test("10,000 random unicode texts, each as a single value and as a positional", () => {
    const parameters = [
      setting("long", {}),
      setting("short", { argument: { style: "option", option: "-s" } }),
      setting("place", { argument: { style: "positional", order: 0 } }),
    ];
    const texts = fc.sample(anyText, { numRuns: 10_000, seed: 7 });
    const written = texts.flatMap((value) => {
      const result = argumentArray(parameters, { long: value, short: value, place: value });
      return "arguments" in result ? [{ value, parameters, arguments: result.arguments }] : [];
    });
    for (let at = 0; at < written.length; at += 1000) {
      const part = written.slice(at, at + 1000);
      const want = part.map(({ value }) => ({ long: value, short: value, place: value }));
      expect(readBack(part)).toEqual(want);
    }
    expect(written.length).toBeGreaterThan(4000);
  }, 120_000);
});

describe("one command line for one set of values", () => {
  const file = setting("input", { kind: "file", required: true, argument: { style: "positional", order: 0 } });
  test.each<{ given: string; parameters: Parameter[]; values: Record<string, Value>; want: string[] }>([
    {
      given: "a text with a leading dash",
      parameters: [setting("name", {})],
      values: { name: "--help" },
      want: ["--name=--help"],
    },
    { given: "a number", parameters: [setting("n", { kind: "number" })], values: { n: -1e-7 }, want: ["--n=-1e-7"] },
    {
      given: "a short option",
      parameters: [setting("n", { argument: { style: "option", option: "-n" } })],
      values: { n: "-5" },
      want: ["-n-5"],
    },
    {
      given: "negative numbers apart",
      parameters: [setting("n", { kind: "number", list: true, listStyle: "spread" })],
      values: { n: [-1e-7, 2] },
      want: ["--n", "-0.0000001", "2"],
    },
    {
      given: "a repeated option",
      parameters: [setting("n", { list: true, listStyle: "repeat" })],
      values: { n: ["-a", "b"] },
      want: ["--n=-a", "--n=b"],
    },
    {
      given: "a positional behind the options",
      parameters: [file, setting("n", {})],
      values: { input: "/krdc/in/input/한글 파일.csv", n: "1" },
      want: ["--n=1", "--", "/krdc/in/input/한글 파일.csv"],
    },
    {
      given: "a switch that is on when false",
      parameters: [
        setting("keep", { kind: "boolean", argument: { style: "switch", option: "--no-keep", whenTrue: false } }),
      ],
      values: { keep: false },
      want: ["--no-keep"],
    },
    { given: "an own property of the values only", parameters: [setting("toString", {})], values: {}, want: [] },
  ])("$given", ({ parameters, values, want }) => {
    expect(argumentArray(parameters, values)).toEqual({ arguments: want });
  });

  test.each<{ given: string; parameters: Parameter[]; values: Record<string, Value> }>([
    { given: "NUL", parameters: [setting("n", {})], values: { n: "a\u0000b" } },
    { given: "a line break", parameters: [setting("n", {})], values: { n: "a\nb" } },
    { given: "an unpaired surrogate", parameters: [setting("n", {})], values: { n: "\udc00" } },
    {
      given: "an option among the elements",
      parameters: [setting("n", { list: true, listStyle: "spread" })],
      values: { n: ["a", "-b"] },
    },
    { given: "a text of 200 kB", parameters: [setting("n", {})], values: { n: "가".repeat(70_000) } },
    {
      given: "a file in place of its path",
      parameters: [file],
      values: { input: { kind: "file", name: "a", sha256: "0".repeat(64), size: 1 } },
    },
    {
      given: "an optional positional left out before another",
      parameters: [
        setting("a", { argument: { style: "positional", order: 0 } }),
        setting("b", { argument: { style: "positional", order: 1 } }),
      ],
      values: { b: "x" },
    },
    {
      given: "off for a switch that is on already",
      parameters: [
        setting("s", { kind: "boolean", default: true, argument: { style: "switch", option: "--s", whenTrue: true } }),
      ],
      values: { s: false },
    },
    {
      given: "a negative number where -1 is an option",
      parameters: [
        setting("n", { kind: "integer", list: true, listStyle: "spread" }),
        setting("one", { kind: "boolean", argument: { style: "switch", option: "-1", whenTrue: true } }),
      ],
      values: { n: [-1, -2] },
    },
  ])("$given is refused", ({ parameters, values }) => {
    expect(argumentArray(parameters, values)).toMatchObject({ problem: { code: "argument_not_expressible" } });
  });
});
