import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DirectoryValue, FileValue, Value } from "#server/graph/workflow";
import { canonicalJson, digestOfJson, sha256Hex } from "./canonical";
import { filesIn, hashesOf } from "./hosted-run";

describe("canonical JSON is one text for one meaning", () => {
  test.each<{ given: string; json: unknown; want: string }>([
    { given: "keys in another order", json: { b: 1, a: { d: 1, c: 2 } }, want: '{"a":{"c":2,"d":1},"b":1}' },
    { given: "Korean keys and values", json: { 나: "값", 가: [1, "둘"] }, want: '{"가":[1,"둘"],"나":"값"}' },
    {
      given: "numbers that are written in several ways",
      json: [1.0, 1e21, 0.000001, -0],
      want: "[1,1e+21,0.000001,0]",
    },
    { given: "what is undefined", json: { a: undefined, b: null }, want: '{"b":null}' },
  ])("$given", ({ json, want }) => {
    expect(canonicalJson(json)).toBe(want);
    expect(digestOfJson(json)).toBe(sha256Hex(want));
  });

  test("the order in which keys were written never changes the digest", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (json) => {
        const reversed = Object.fromEntries(Object.entries(json).reverse());
        expect(digestOfJson(reversed)).toBe(digestOfJson(json));
      }),
    );
  });

  test("a value without a JSON form is refused", () => {
    expect(() => canonicalJson(undefined)).toThrow(TypeError);
  });
});

const file = (digit: string, name = "a.csv"): FileValue => ({ kind: "file", name, sha256: digit.repeat(64), size: 1 });
const folder: DirectoryValue = {
  kind: "directory",
  name: "parts",
  files: [{ kind: "file", name: "x", path: "deep/x", sha256: "d".repeat(64), size: 1 }],
};

describe("the two hashes of a request", () => {
  const parameters: Record<string, Value> = { word: "말", input: file("a"), more: [file("b"), file("c")], folder };

  test("name every file, lists and folders opened", () => {
    expect(filesIn(parameters).map(({ sha256 }) => sha256[0])).toEqual(["a", "b", "c", "d"]);
  });

  test("do not change with the order of the parameters", () => {
    const reversed = Object.fromEntries(Object.entries(parameters).reverse());
    expect(hashesOf({ parameters: reversed, salt: "s" })).toEqual(hashesOf({ parameters, salt: "s" }));
  });

  test.each<{ given: string; change: Record<string, Value>; salt?: string; isInput: boolean }>([
    { given: "another value", change: { word: "다른" }, isInput: false },
    { given: "another salt", change: {}, salt: "t", isInput: false },
    { given: "another name for the same file", change: { input: file("a", "b.csv") }, isInput: false },
    { given: "another file", change: { input: file("e") }, isInput: true },
    { given: "one file more", change: { extra: file("f") }, isInput: true },
  ])("$given changes them", ({ change, salt = "s", isInput }) => {
    const before = hashesOf({ parameters, salt: "s" });
    const after = hashesOf({ parameters: { ...parameters, ...change }, salt });
    expect(after.parametersHash).not.toBe(before.parametersHash);
    expect(after.inputsHash === before.inputsHash).toBe(!isInput);
  });
});
