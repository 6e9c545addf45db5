import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AppVersion } from "#server/graph/app";
import type { Value } from "#server/graph/workflow";
import { type AgreementDocument, agreementDocument, widenedTerm } from "./agreement";
import { canonicalJson } from "./canonical";
import { offerDocument } from "./offer";
import { termsOfWords, withTerms } from "./owner-terms";
import {
  isEgressRefused,
  limitsOfWords,
  limitTexts,
  overLimits,
  type ParameterLimit,
  parameterLimits,
  widenedUseTerm,
} from "./parameter-limits";

const text = { ko: "", en: "" };
const port = {
  port: "in",
  list: false,
  required: false,
  title: text,
  help: text,
  argument: { style: "none" },
} as const;
const app = {
  parameters: [
    { ...port, name: "window", kind: "integer", default: 12 },
    { ...port, name: "method", kind: "string" },
    { ...port, name: "sizes", kind: "number", list: true },
    { ...port, name: "fast", kind: "boolean" },
    { ...port, name: "out", kind: "file", port: "out" },
  ],
} as unknown as AppVersion;
const over = (limits: string[], values: Record<string, Value>, unknown: string[] = []) =>
  overLimits(limitsOfWords(limits), app, values, new Set(unknown)).map(({ name, bound }) => `${name} ${bound}`);

describe("a value beyond its limit is named with the bound", () => {
  test.each<{ given: string; limits: string[]; values: Record<string, Value>; unknown?: string[]; want: string[] }>([
    { given: "inside", limits: ["window=1..24"], values: { window: 24 }, want: [] },
    { given: "above", limits: ["window=1..24"], values: { window: 25 }, want: ["window 1..24"] },
    { given: "below", limits: ["window=1.."], values: { window: 0 }, want: ["window 1.."] },
    { given: "a fraction over the end", limits: ["window=..1"], values: { window: 1.5 }, want: ["window ..1"] },
    { given: "the default, inside", limits: ["window=1..24"], values: {}, want: [] },
    { given: "the default, outside", limits: ["window=1..6"], values: {}, want: ["window 1..6"] },
    { given: "nothing where there is no default", limits: ["method=a,b"], values: {}, want: [] },
    { given: "one of the values", limits: ["method=a,b"], values: { method: "b" }, want: [] },
    { given: "another value", limits: ["method=a,b"], values: { method: "c" }, want: ["method a,b"] },
    { given: "a number among words", limits: ["window=3,12"], values: { window: 12 }, want: [] },
    { given: "a switch", limits: ["fast=false"], values: { fast: true }, want: ["fast false"] },
    { given: "each element of a list", limits: ["sizes=1..5"], values: { sizes: [1, 5] }, want: [] },
    { given: "one element of a list", limits: ["sizes=1..5"], values: { sizes: [1, 6] }, want: ["sizes 1..5"] },
    {
      given: "a word where a number is bounded",
      limits: ["method=1..5"],
      values: { method: "3" },
      want: ["method 1..5"],
    },
    { given: "a parameter that this version does not have", limits: ["old=1..5"], values: {}, want: ["old 1..5"] },
    { given: "an output", limits: ["out=a"], values: {}, want: ["out a"] },
    { given: "what is not known yet", limits: ["window=1..6"], values: {}, unknown: ["window"], want: [] },
  ])("$given", ({ limits, values, unknown, want }) => {
    expect(over(limits, values, unknown)).toEqual(want);
  });

  test("no network is refused only to an app that asks for one", () => {
    expect(isEgressRefused({ egress: "none" }, { ...app, network: "any" })).toBe(true);
    for (const network of ["none", undefined] as const) {
      const { network: _said, ...silent } = { ...app, network: "none" as const };
      expect(isEgressRefused({ egress: "none" }, network ? { ...app, network } : silent)).toBe(false);
    }
    expect(isEgressRefused({ egress: "any" }, { ...app, network: "any" })).toBe(false);
    expect(isEgressRefused({}, { ...app, network: "any" })).toBe(false);
  });
});

const base: AgreementDocument = {
  schema: "krdc.agreement/v2",
  id: "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
  user: "u",
  organization: "o",
  host: "bio",
  hostKey: "key",
  app: "plot",
  digests: "*",
  maxConcurrent: 2,
  budget: { runs: null, cpuSeconds: null, gpuSeconds: null, outputBytes: null },
  perRun: { cpuMillis: 1, memoryBytes: 1, gpu: 0, durationSeconds: 1, outputBytes: 1 },
  onRevoke: "kill",
  onDisconnect: "hold",
  onHubSilent: "continue",
  notBefore: "2026-01-01T00:00:00Z",
  expires: "2026-02-01T00:00:00Z",
};
const limited = (...words: string[]) => ({ ...base, parameters: limitsOfWords(words) });

describe("an older document", () => {
  test("stays what it was, byte for byte", () => {
    expect(canonicalJson(agreementDocument.parse(base))).toBe(canonicalJson(base));
    const { id: _id, user: _user, ...rest } = base;
    const offer = { remote: "open", perUser: base.budget, total: base.budget, perRun: base.perRun, maxConcurrent: 1 };
    const { onRevoke, onDisconnect, onHubSilent } = rest;
    const older = { ...offer, maxDays: 1, onRevoke, onDisconnect, onHubSilent };
    expect(canonicalJson(offerDocument.parse(older))).toBe(canonicalJson(older));
  });
  test("is not changed by terms that say the same", () => {
    const now = new Date("2026-01-02T00:00:00Z");
    expect(canonicalJson(withTerms(base, { egress: "any" }, now))).toBe(canonicalJson(base));
  });
});

describe("a document that allows more is noticed by the term", () => {
  test.each<{ given: string; narrow: AgreementDocument; wide: AgreementDocument; want: string | undefined }>([
    { given: "a limit where none was asked", narrow: limited("n=1..5"), wide: base, want: undefined },
    { given: "no limit where one was asked", narrow: base, wide: limited("n=1..5"), want: "parameters.n" },
    { given: "the same", narrow: limited("n=1..5"), wide: limited("n=1..5"), want: undefined },
    { given: "a wider end", narrow: limited("n=1..6"), wide: limited("n=1..5"), want: "parameters.n" },
    { given: "no lower end", narrow: limited("n=..5"), wide: limited("n=1..5"), want: "parameters.n" },
    { given: "values inside the range", narrow: limited("n=2,3"), wide: limited("n=1..5"), want: undefined },
    { given: "a value outside the range", narrow: limited("n=2,9"), wide: limited("n=1..5"), want: "parameters.n" },
    { given: "a range for values", narrow: limited("n=1..2"), wide: limited("n=1,2"), want: "parameters.n" },
    { given: "one value more", narrow: limited("n=a,b,c"), wide: limited("n=a,b"), want: "parameters.n" },
    { given: "a network", narrow: base, wide: { ...base, egress: "none" }, want: "egress" },
    { given: "no network", narrow: { ...base, egress: "none" }, wide: base, want: undefined },
  ])("$given", ({ narrow, wide, want }) => {
    expect(widenedTerm(narrow, wide)).toBe(want);
  });

  test("for any limits: what is narrower lets nothing through that the wider one refuses", () => {
    const end = fc.option(fc.integer({ min: -9, max: 9 }), { nil: undefined });
    const values = fc.option(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 4 }), {
      nil: undefined,
    });
    const limit = fc
      .record({ min: end, max: end, values })
      .map((one) => Object.fromEntries(Object.entries(one).filter(([, term]) => term !== undefined)) as ParameterLimit);
    fc.assert(
      fc.property(limit, limit, fc.integer({ min: -10, max: 10 }), (narrow, wide, n) => {
        fc.pre(widenedUseTerm({ parameters: { window: narrow } }, { parameters: { window: wide } }) === undefined);
        const passes = (one: ParameterLimit) => overLimits({ window: one }, app, { window: n }).length === 0;
        expect(passes(narrow) && !passes(wide)).toBe(false);
      }),
    );
  });
});

describe("limits are written as people write them", () => {
  test("and read back", () => {
    const words = ["window=1..24", "method=a,b", "low=-1.5..", "high=..0.25", "n=1,2"];
    expect(limitTexts(limitsOfWords(words))).toEqual(words);
    expect(limitsOfWords(words)).toMatchObject({
      method: { values: ["a", "b"] },
      low: { min: -1.5 },
      n: { values: [1, 2] },
    });
    expect(parameterLimits.safeParse(limitsOfWords([" window = 1..2 "])).success).toBe(true);
  });

  test.each(["window", "window=", "window=..", "=1..2", "1x=1..2", "window=a,,b"])("not as %s", (word) => {
    expect(() => limitsOfWords([word])).toThrowError(expect.objectContaining({ reason: "owner.wrong_limit" }));
  });

  test("as terms of a command", () => {
    expect(termsOfWords({ limit: ["window=1..24", "method=a,b"], egress: "none", runs: "3" })).toEqual({
      runs: 3,
      egress: "none",
      parameters: { window: { min: 1, max: 24 }, method: { values: ["a", "b"] } },
    });
    expect(() => termsOfWords({ egress: "some" })).toThrowError(
      expect.objectContaining({ reason: "owner.wrong_terms", detail: { names: "--egress" } }),
    );
    const terms = termsOfWords({ limit: ["window=1..6"] });
    const now = new Date("2026-01-02T00:00:00Z");
    expect(withTerms(limited("window=1..24", "n=1..5"), terms, now).parameters).toEqual({
      window: { min: 1, max: 6 },
      n: { min: 1, max: 5 },
    });
  });
});
