import { describe, expect, test } from "vitest";
import { budgetOf, readAmount, type Term } from "./budget";

describe("a field is read as an amount, as no limit, or refused", () => {
  test.each<{ term: Term; typed: string; want: number | null | undefined }>([
    { term: "runs", typed: "100", want: 100 },
    { term: "runs", typed: " ", want: null },
    { term: "runs", typed: "1.5", want: undefined },
    { term: "runs", typed: "0", want: undefined },
    { term: "runs", typed: "1000001", want: undefined },
    { term: "cpuSeconds", typed: "0.5", want: 1800 },
    { term: "cpuSeconds", typed: "0.0001", want: undefined },
    { term: "gpuSeconds", typed: "-1", want: undefined },
    { term: "gpuSeconds", typed: "1e3", want: undefined },
    { term: "outputBytes", typed: "2.5", want: 2_500_000_000 },
    { term: "outputBytes", typed: "999999999", want: undefined },
    { term: "outputBytes", typed: "1,000", want: undefined },
  ])("$term $typed -> $want", ({ term, typed, want }) => {
    expect(readAmount(term, typed)).toBe(want);
  });
});

test("empty fields ask for no limit", () => {
  expect(budgetOf({ runs: "10", cpuSeconds: "", gpuSeconds: "", outputBytes: "1" })).toEqual({
    runs: 10,
    cpuSeconds: null,
    gpuSeconds: null,
    outputBytes: 1_000_000_000,
  });
});
