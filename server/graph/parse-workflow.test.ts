import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJsonStrict, parseWorkflow } from "./parse-workflow";

const title = { ko: "추세", en: "Trend" };
const good = {
  schema: "krdc.workflow/v1",
  title,
  inputs: { table: { type: "file" }, window: { type: "integer", default: 12 } },
  steps: {
    clean: { app: "materials/csv-clean@1.0.0", with: { input: { from: "inputs.table" }, drop_empty: true } },
    trend: {
      app: "bio/moving-average",
      with: { input: { from: "clean.out" } },
      placement: "auto",
      retry: { attempts: 2 },
    },
  },
  outputs: { plots: { from: "trend.out" } },
  layout: { clean: { x: 0, y: 0 } },
};

const places = (json: unknown) => {
  const parsed = parseWorkflow(json);
  return "problems" in parsed ? parsed.problems.map(({ path, code }) => `${path} ${code}`) : [];
};

describe("a workflow document is read whole or refused with every problem at its path", () => {
  test("a good document gets its defaults", () => {
    const parsed = parseWorkflow(good);
    expect(parsed).toMatchObject({
      workflow: { steps: { clean: { placement: "auto", cache: false, retry: { attempts: 1 } } } },
    });
  });

  test("all problems come at once", () => {
    const step = {
      app: "nowhere",
      with: { a: { from: "x" }, b: { from: "s.p", too: 1 }, c: [1, { what: 2 }] },
      memory: 1,
      retry: { attempts: 0 },
    };
    const json = { ...good, colour: "red", schema: "v2", title: { ko: "" }, steps: { s: step, Bad: { app: "a/b" } } };
    expect(places(json).sort()).toEqual([
      "colour document.unknown_field",
      "schema document.not_allowed",
      "steps.Bad document.bad_name",
      "steps.s.app document.bad_format",
      "steps.s.memory document.unknown_field",
      "steps.s.retry.attempts document.too_small",
      "steps.s.with.a.from document.bad_format",
      "steps.s.with.b.too document.unknown_field",
      "steps.s.with.c.1 document.bad_value",
      "title.en document.missing_field",
    ]);
  });

  test.each([[null], [undefined], [1], ["x"], [[]], [{}]])("%j is refused", (json) => {
    expect(places(json).length).toBeGreaterThan(0);
  });

  test("a name that schemas drop silently is refused", () => {
    const steps: unknown = JSON.parse('{"clean": {"app": "a/b", "with": {"__proto__": 1}}}');
    expect(places({ ...good, steps })).toEqual(["steps.clean.with.__proto__ json.bad_key"]);
  });

  test("no JSON makes it fail otherwise than by problems", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom("steps", "inputs", "outputs", "title", "layout"), (json, field) => {
        const parsed = parseWorkflow({ ...good, [field]: json });
        expect("workflow" in parsed || parsed.problems.length > 0).toBe(true);
      }),
    );
  });
});

describe("JSON that two readers could understand differently is refused", () => {
  test.each([
    { given: "a name twice", text: '{"a": {"b": 1, "b": 2}}', want: "a.b json.duplicate_key" },
    { given: "a name twice in other spelling", text: '{"a": 1, "\\u0061": 2}', want: "a json.duplicate_key" },
    {
      given: "the same name in a list of objects",
      text: '{"l": [{"a": 1}, {"a": 1, "a": 2}]}',
      want: "l.1.a json.duplicate_key",
    },
    { given: "NUL in a name", text: '{"a\\u0000": 1}', want: "a\u0000 json.bad_key" },
    { given: "the prototype's name", text: '{"__proto__": {}}', want: "__proto__ json.bad_key" },
    { given: "half a character", text: '{"a": ["\\ud800"]}', want: "a.0 json.broken_text" },
    { given: "61 levels", text: `${"[".repeat(61)}${"]".repeat(61)}`, want: "0.0.0 json.too_deep" },
    { given: "a million levels", text: "[".repeat(1_000_000) + "]".repeat(1_000_000), want: "0.0.0 json.too_deep" },
    { given: "no JSON", text: "{a: 1}", want: " json.syntax" },
  ])("$given", ({ text, want }) => {
    const result = parseJsonStrict(text);
    expect("problems" in result && result.problems.map(({ path, code }) => `${path} ${code}`)).toEqual([want]);
  });

  test("everything else is read as JSON.parse reads it", () => {
    const plain = fc
      .jsonValue({ maxDepth: 5 })
      .map((value) => JSON.stringify(value))
      .filter((text) => !text.includes("__proto__"));
    fc.assert(
      fc.property(plain, (text) => {
        const result = parseJsonStrict(text);
        if ("value" in result) expect(result.value).toEqual(JSON.parse(text));
        else
          expect(result.problems.every(({ code }) => code === "json.bad_key" || code === "json.broken_text")).toBe(
            true,
          );
      }),
    );
  });
});
