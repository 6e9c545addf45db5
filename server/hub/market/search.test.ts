import { describe, expect, test } from "vitest";
import { bigramsOf, highlightsOf, searchWords } from "./search";

describe("bigrams are pairs of letters inside words", () => {
  test.each([
    { given: "이동 평균", want: ["이동", "평균"] },
    { given: "상변태", want: ["상변", "변태"] },
    { given: "a", want: [] },
    { given: "", want: [] },
    { given: "😀가", want: ["😀가"] },
  ])("$given -> $want", ({ given, want }) => {
    expect(bigramsOf(given)).toEqual(want);
  });
});

test("signs of patterns are looked for as they are", () => {
  expect(searchWords("50%_\\").map(({ like }) => like)).toEqual(["%50\\%\\_\\\\%"]);
  expect(highlightsOf("a.b (", ["xa.bx aXb ("])).toEqual(["a.b", "("]);
});

test("a query of many words is cut, not refused", () => {
  expect(searchWords(Array.from({ length: 50 }, (_, index) => `w${index}`).join(" "))).toHaveLength(10);
});
