import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ExpressionValue, evaluateExpression, findTypeProblem, parseExpression, referencesOf } from "./expression";

const values = new Map<string, ExpressionValue>([
  ["inputs.window", 12],
  ["inputs.name", "서울"],
  ["my-step.ok", true],
]);

function judge(text: string): unknown {
  const parsed = parseExpression(text);
  if ("problem" in parsed) return `syntax ${parsed.problem.position}`;
  const result = evaluateExpression(parsed.expression, (reference) => values.get(reference));
  return "value" in result ? result.value : result.problem.code;
}

describe("conditions are read without eval and mean what they say", () => {
  test.each<[string, unknown]>([
    ["inputs.window > 1", true],
    ["inputs.window>1 and inputs.window<=12", true],
    ["not inputs.window == 12", false],
    ["not (inputs.window == 12) or my-step.ok", true],
    ["true or false and false", true],
    ["inputs.name == '서울'", true],
    ['inputs.name == "a\\"b"', false],
    ["inputs.missing == null", true],
    ["inputs.window == '12'", false],
    ["inputs.window >= -1.5e3", true],
    ["false and inputs.name > 1", false],
    ["inputs.name > 1", "when.not_comparable"],
    ["inputs.window", "when.not_boolean"],
    ["not inputs.window", "when.not_boolean"],
    ["1 < 2 < 3", "syntax 7"],
    ["", "syntax 1"],
    ["inputs.window >", "syntax 16"],
    ["(true", "syntax 6"],
    ["true)", "syntax 5"],
    ["inputs.window = 1", "syntax 14"],
    ["process.exit()", "syntax 13"],
    ["yes", "syntax 1"],
    ["1e999 > 1", "syntax 1"],
    [`${"(".repeat(500)}true${")".repeat(500)}`, "syntax 101"],
  ])("%s -> %s", (text, want) => {
    expect(judge(text)).toEqual(want);
  });

  test("no text makes the reader fail otherwise than with a position", () => {
    const words = fc.constantFrom(
      "inputs.a",
      "s.b",
      "and",
      "or",
      "not",
      "(",
      ")",
      "<",
      "==",
      "1",
      "'x'",
      " ",
      "true",
      "\\",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words).map((parts) => parts.join(" ")),
        ),
        (text) => {
          const parsed = parseExpression(text);
          if ("problem" in parsed) expect(parsed.problem.position).toBeGreaterThan(0);
          else expect(evaluateExpression(parsed.expression, () => 1)).toBeTypeOf("object");
        },
      ),
    );
  });

  test("every reference is named once", () => {
    const parsed = parseExpression("a.x > 1 and (b.y == a.x or not c.z)");
    expect("expression" in parsed && referencesOf(parsed.expression)).toEqual(["a.x", "b.y", "c.z"]);
  });

  test.each([
    ["a.x > 1", undefined],
    ["a.x == 'x'", "when.not_comparable"],
    ["a.x == null", undefined],
    ["a.x", "when.not_boolean"],
    ["a.x > 1 or 2", "when.not_boolean"],
    ["true > false", "when.not_comparable"],
  ])("types of %s: %s", (text, want) => {
    const parsed = parseExpression(text);
    expect("expression" in parsed && findTypeProblem(parsed.expression, () => "number")?.code).toBe(want);
  });
});
