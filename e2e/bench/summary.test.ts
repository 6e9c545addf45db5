import { describe, expect, test } from "vitest";
import {
  changesSince,
  exponentOf,
  type Figure,
  lineOf,
  percentile,
  published,
  type Report,
  summaryOf,
  tableOf,
} from "./summary";

const aFigure = (over: Partial<Figure> = {}): Figure => ({
  id: "P0",
  title: "nothing",
  lines: [lineOf("calls", 4, [1, 2, 3, 400], 2000)],
  peers: [published("somebody", 45)],
  ratios: [{ name: "calls to bare", value: 0.25 }],
  exponents: [{ name: "calls", value: 1 }],
  goals: [{ text: "≥ 100/s", isMet: false }],
  notes: [],
  ...over,
});
const aReport = (figures: Figure[], failed: string[] = []): Report => ({
  schema: "krdc.bench/v1",
  machine: { cores: 2, cpu: "", memoryBytes: 0, node: "" },
  figures,
  failed,
});

describe("a percentile is a time that was measured", () => {
  test.each([
    { percent: 50, want: 2 },
    { percent: 75, want: 3 },
    { percent: 95, want: 4 },
    { percent: 1, want: 1 },
  ])("$percent % of 4, 1, 3, 2 -> $want", ({ percent, want }) => {
    expect(percentile([4, 1, 3, 2], percent)).toBe(want);
  });

  test("and of nothing there is none", () => {
    expect(() => percentile([], 50)).toThrow("nothing was measured");
  });
});

describe("the exponent tells how cost grows", () => {
  const costs = (cost: (size: number) => number) => [250, 500, 1000].map((size) => ({ size, cost: cost(size) }));
  test.each([
    { given: "the same for every size", points: costs(() => 7), want: 0 },
    { given: "so much for each", points: costs((size) => 3 * size), want: 1 },
    { given: "each looks at all others", points: costs((size) => size ** 2 / 9), want: 2 },
  ])("$given -> $want", ({ points, want }) => {
    expect(exponentOf(points)).toBeCloseTo(want, 9);
  });

  test("and one size tells nothing", () => {
    expect(() => exponentOf([{ size: 5, cost: 1 }])).toThrow("two sizes");
  });
});

test("a line counts calls over the time of all of them", () => {
  expect(lineOf("calls", 4, [1, 2, 3, 400], 2000)).toMatchObject({ perSecond: 2, p50Ms: 2, p99Ms: 400 });
});

test("a table says which figures are only published", () => {
  const text = tableOf(aFigure());
  expect(text).toContain("somebody (published)");
  expect(text).toContain("missed: ≥ 100/s");
});

test("the summary counts what was measured, what failed and which goals were met", () => {
  const met = aFigure({ id: "P1", goals: [{ text: "", isMet: true }] });
  expect(summaryOf(aReport([aFigure(), met]))).toBe("2 measured, 1 of 2 goals met");
  expect(summaryOf(aReport([met], ["P0"]))).toBe("1 measured, 1 failed (P0), 1 of 1 goals met");
});

test("two reports are compared by their ratios only, where both have them", () => {
  const now = aReport([
    aFigure({
      ratios: [
        { name: "calls to bare", value: 0.5 },
        { name: "new", value: 1 },
      ],
    }),
  ]);
  expect(changesSince(now, aReport([aFigure()]))).toEqual(["P0  calls to bare: 0.250 → 0.500"]);
});
