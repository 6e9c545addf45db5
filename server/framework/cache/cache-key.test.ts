import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AppVersion, appVersion } from "#server/graph/app";
import type { Value } from "#server/graph/workflow";
import { canonicalJson } from "#server/protocol/canonical";
import { cacheKeyOf, type Production } from "./cache-key";

const text = { ko: "", en: "" };
const port = { list: false, required: false, title: text, help: text };
const window = {
  ...port,
  name: "window",
  kind: "integer",
  port: "in",
  argument: { style: "option", option: "--window" },
};
const app: AppVersion = appVersion.parse({
  cluster: "bio",
  name: "trend",
  version: "1.0.0",
  digest: `sha256:${"a".repeat(64)}`,
  title: text,
  summary: text,
  readme: "",
  licence: "MIT",
  field: "",
  parameters: [window],
  resources: {},
  access: {},
  sourceCommit: null,
  publishedAt: null,
});
const file = (name: string, letter = "c") => ({ kind: "file" as const, name, sha256: letter.repeat(64), size: 1 });
const folder = (...paths: string[]) => ({
  kind: "directory" as const,
  name: "parts",
  files: paths.map((path) => ({ ...file(path), path })),
});
const base: Production = {
  cluster: "bio",
  app,
  parameters: { window: 3, input: file("a.csv"), all: folder("x", "y") },
};
const keyOf = (over: Partial<Production> = {}) => cacheKeyOf({ ...base, ...over });
const withParameters = (parameters: Record<string, Value>) =>
  keyOf({ parameters: { ...base.parameters, ...parameters } });
const withApp = (over: Partial<AppVersion>) => keyOf({ app: { ...app, ...over } });

describe("the key names what is made, and nothing else", () => {
  test.each<{ given: string; key: () => string | undefined; isSame: boolean }>([
    { given: "the same again", key: () => keyOf(), isSame: true },
    {
      given: "another order of parameters",
      key: () => keyOf({ parameters: { all: folder("x", "y"), input: file("a.csv"), window: 3 } }),
      isSame: true,
    },
    { given: "another order in a folder", key: () => withParameters({ all: folder("y", "x") }), isSame: true },
    {
      given: "another media type on the way",
      key: () => withParameters({ input: { ...file("a.csv"), mediaType: "text/csv" } }),
      isSame: true,
    },
    {
      given: "other words for people",
      key: () =>
        withApp({
          title: { ko: "추세", en: "Trend" },
          parameters: [{ ...app.parameters[0], title: { ko: "창", en: "Window" } } as never],
        }),
      isSame: true,
    },
    { given: "other bytes", key: () => withParameters({ input: file("a.csv", "d") }), isSame: false },
    { given: "another name of a file", key: () => withParameters({ input: file("b.csv") }), isSame: false },
    { given: "another path in a folder", key: () => withParameters({ all: folder("x", "z") }), isSame: false },
    { given: "one value more", key: () => withParameters({ more: 1 }), isSame: false },
    { given: "another value", key: () => withParameters({ window: 4 }), isSame: false },
    { given: "a word instead of a number", key: () => withParameters({ window: "3" }), isSame: false },
    { given: "another cluster", key: () => keyOf({ cluster: "materials" }), isSame: false },
    { given: "another image", key: () => withApp({ digest: `sha256:${"b".repeat(64)}` }), isSame: false },
    {
      given: "another option",
      key: () =>
        withApp({ parameters: [{ ...app.parameters[0], argument: { style: "option", option: "-w" } } as never] }),
      isSame: false,
    },
    {
      given: "another default",
      key: () => withApp({ parameters: [{ ...app.parameters[0], default: 9 } as never] }),
      isSame: false,
    },
  ])("$given", ({ key, isSame }) => {
    expect(key() === keyOf()).toBe(isSame);
  });

  test("an app that asks for a network or takes a secret has none", () => {
    expect(withApp({ network: "none" })).toBe(keyOf());
    expect(withApp({ network: "any" })).toBeUndefined();
    const secret = { ...app.parameters[0], secret: true } as never;
    expect(withApp({ parameters: [secret] })).toBeUndefined();
  });
});

const scalar = fc.oneof(fc.string(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean());
const bound: fc.Arbitrary<Value> = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 4 }),
  fc.string({ minLength: 1 }).map((name) => file(name)),
);
const bounds = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), bound, { maxKeys: 5 });

describe("for any values", () => {
  test("their order is irrelevant", () => {
    fc.assert(
      fc.property(bounds, (parameters) => {
        const turned = Object.fromEntries(Object.entries(parameters).reverse());
        expect(keyOf({ parameters: turned })).toBe(keyOf({ parameters }));
      }),
    );
  });

  test("the keys of two are the same exactly when the values are", () => {
    fc.assert(
      fc.property(bounds, bounds, (one, other) => {
        const isSame = canonicalJson(one) === canonicalJson(other);
        expect(keyOf({ parameters: one }) === keyOf({ parameters: other })).toBe(isSame);
      }),
    );
  });

  test("a change of any one of them changes the key", () => {
    fc.assert(
      fc.property(bounds, fc.stringMatching(/^[a-z]{1,5}$/), bound, (parameters, name, value) => {
        const changed = { ...parameters, [name]: value };
        fc.pre(canonicalJson(changed) !== canonicalJson(parameters));
        expect(keyOf({ parameters: changed })).not.toBe(keyOf({ parameters }));
      }),
    );
  });
});
