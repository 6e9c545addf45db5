import { describe, expect, test } from "vitest";
import { type Parameter, parameter } from "#server/graph/app";
import type { Hint } from "./manifest";
import { parametersOfParser, problemsOfParser } from "./parameters-of-parser";
import type { ParsedArgument } from "./parser-shape";

const anArgument = (dest: string, over: Partial<ParsedArgument> = {}): ParsedArgument => ({
  dest,
  options: [`--${dest.replaceAll("_", "-")}`],
  positional: false,
  action: "store",
  type: "str",
  looksLike: null,
  nargs: null,
  choices: null,
  range: null,
  default: null,
  required: false,
  hidden: false,
  help: null,
  exclusiveGroup: null,
  ...over,
});

const read = (argument: ParsedArgument, hint?: Hint): Parameter | undefined =>
  parametersOfParser([argument], hint ? { [argument.dest]: hint } : {})[0];

describe("a path is told from a value, and in from out, by type and name", () => {
  test.each<[string, Partial<ParsedArgument>, Partial<Parameter>]>([
    ["input", {}, { kind: "file", port: "in" }],
    ["left_input", {}, { kind: "file", port: "in" }],
    ["data", {}, { kind: "file", port: "in" }],
    ["table", { type: "path" }, { kind: "file", port: "in" }],
    ["anything", { type: "path" }, { kind: "file", port: "in" }],
    ["anything", { type: "file-r" }, { kind: "file", port: "in" }],
    ["anything", { type: "file-w" }, { kind: "file", port: "out" }],
    ["out", {}, { kind: "file", port: "out" }],
    ["result", {}, { kind: "file", port: "out" }],
    ["output_file", { type: "path" }, { kind: "file", port: "out" }],
    ["input", { choices: ["a", "b"] }, { kind: "string", port: "in", choices: ["a", "b"] }],
    ["data", { type: "int" }, { kind: "integer", port: "in" }],
    ["window", {}, { kind: "string", port: "in" }],
    ["outer", {}, { kind: "string", port: "in" }],
    ["width", { type: "float" }, { kind: "number", port: "in" }],
    ["odd", { type: "other:odd", looksLike: "int" }, { kind: "integer", port: "in" }],
    ["odd", { type: "other:odd" }, { kind: "string", port: "in" }],
  ])("%s %j -> %j", (dest, argument, want) => {
    expect(read(anArgument(dest, argument))).toMatchObject(want);
  });
});

describe("the provider's word stands above the name", () => {
  test.each<[string, string, Hint, Partial<Parameter>]>([
    ["a text that is called input", "input", { kind: "string" }, { kind: "string", port: "in" }],
    [
      "a folder to write",
      "parts",
      { port: "out", kind: "directory", items: "file" },
      { kind: "directory", port: "out", items: "file" },
    ],
    [
      "a file to write",
      "plot",
      { port: "out", mediaType: "image/png" },
      { kind: "file", port: "out", mediaType: "image/png" },
    ],
    ["a file to read that is called out", "out", { port: "in" }, { kind: "file", port: "in" }],
    [
      "limits and unit",
      "window",
      { kind: "integer", minimum: 1, maximum: 9, unit: "d" },
      { kind: "integer", minimum: 1, maximum: 9, unit: "d" },
    ],
    ["a secret", "token", { secret: true }, { kind: "string", secret: true }],
    ["what must be given", "word", { required: true }, { required: true }],
    [
      "names for people",
      "word",
      { title: { ko: "낱말", en: "Word" }, help: { ko: "도움", en: "Help" } },
      { title: { ko: "낱말", en: "Word" }, help: { ko: "도움", en: "Help" } },
    ],
  ])("%s", (_what, dest, hint, want) => {
    expect(read(anArgument(dest), hint)).toMatchObject(want);
  });
});

describe("how a parameter reaches the command line", () => {
  test.each<[string, Partial<ParsedArgument>, Partial<Parameter>]>([
    ["an option by its long name", { options: ["-w", "--word"] }, { argument: { style: "option", option: "--word" } }],
    ["an option by its only name", { options: ["-w"] }, { argument: { style: "option", option: "-w" } }],
    [
      "a positional",
      { options: [], positional: true, required: true },
      { argument: { style: "positional", order: 0 }, required: true },
    ],
    [
      "a switch",
      { action: "store_true", default: false },
      { kind: "boolean", argument: { style: "switch", option: "--word", whenTrue: true }, default: false },
    ],
    [
      "a switch that is off when given",
      { action: "store_false", default: true },
      { kind: "boolean", argument: { style: "switch", option: "--word", whenTrue: false } },
    ],
    [
      "a switch with a negative",
      { action: "boolean_optional", options: ["--word", "--no-word"] },
      { kind: "boolean", argument: { style: "switch", option: "--word", whenTrue: true, negative: "--no-word" } },
    ],
    ["a repeated option", { action: "append" }, { list: true, listStyle: "repeat" }],
    ["any number of elements", { nargs: "*", default: ["a"] }, { list: true, listStyle: "spread", default: ["a"] }],
    ["an exact number of elements", { nargs: 2 }, { list: true, listStyle: "spread", length: 2 }],
    ["one that may be left out", { nargs: "?" }, { list: false }],
    ["a range", { type: "int", range: { min: 1, max: 5 } }, { minimum: 1, maximum: 5 }],
    ["choices of numbers", { type: "int", choices: [1, 2, null] }, { choices: [1, 2] }],
    ["one of a group", { exclusiveGroup: 3 }, { exclusiveGroup: "3" }],
  ])("%s", (_what, argument, want) => {
    const found = read(anArgument("word", argument));
    expect(found).toMatchObject(want);
    expect(parameter.safeParse(found).success).toBe(true);
  });

  test("an output's path is set by the system: never a list, never asked for", () => {
    expect(read(anArgument("out", { required: true, nargs: "+" }))).toMatchObject({
      port: "out",
      list: false,
      required: false,
    });
  });

  test("a default path is no default of ours", () => {
    expect(read(anArgument("input", { default: "data.csv" }))).not.toHaveProperty("default");
  });

  test("hidden arguments, and actions that have no form, are left out", () => {
    const odd = [
      anArgument("a", { hidden: true }),
      anArgument("b", { action: "count" }),
      anArgument("c", { nargs: "remainder" }),
    ];
    expect(parametersOfParser(odd, {})).toEqual([]);
  });

  test("small results stand beside the arguments", () => {
    const [first, second] = parametersOfParser([anArgument("word")], {
      length: { port: "out", kind: "integer", unit: "자" },
    });
    expect(first?.name).toBe("word");
    expect(second).toMatchObject({
      name: "length",
      kind: "integer",
      port: "out",
      unit: "자",
      argument: { style: "none" },
    });
  });
});

test("a parser that has no typed form says so for every argument at once", () => {
  const parsed = [
    anArgument("fine"),
    anArgument("b", { action: "count", required: true }),
    anArgument("c", { action: "odd", required: true }),
    anArgument("d", { action: "count" }),
  ];
  const hints: Record<string, Hint> = { missing: { kind: "file" }, length: { port: "out", kind: "integer" } };
  expect(problemsOfParser(parsed, hints)).toEqual([
    { code: "app.hint_without_argument", dest: "missing" },
    { code: "app.argument_not_supported", dest: "b" },
    { code: "app.argument_not_supported", dest: "c" },
  ]);
});
