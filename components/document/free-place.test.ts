import { describe, expect, test } from "vitest";
import { type Box, freePlace, withoutOverlaps } from "./free-place";

const step: Box = { x: 0, y: 0, width: 200, height: 100 };
const size = { width: 160, height: 50 };

describe("the nearest free place", () => {
  test.each([
    { given: "nothing in the way", wanted: { x: 300, y: 10 }, taken: [step], want: { x: 300, y: 10 } },
    { given: "on the upper part of a step", wanted: { x: 20, y: 5 }, taken: [step], want: { x: 20, y: -70 } },
    { given: "on the lower part of a step", wanted: { x: 20, y: 60 }, taken: [step], want: { x: 20, y: 120 } },
    {
      given: "the place above taken as well",
      wanted: { x: 20, y: 5 },
      taken: [step, { x: 0, y: -90, ...size }],
      want: { x: 20, y: 120 },
    },
  ])("$given -> $want", ({ wanted, taken, want }) => {
    expect(freePlace(wanted, size, taken)).toEqual(want);
  });
});

describe("grown nodes", () => {
  const sizes = new Map([
    ["a", { width: 200, height: 150 }],
    ["b", { width: 200, height: 100 }],
    ["c", { width: 200, height: 100 }],
  ]);

  test("push down what they would cover, and leave the others", () => {
    const places = { a: { x: 0, y: 0 }, b: { x: 10, y: 110 }, c: { x: 300, y: 110 } };
    expect(withoutOverlaps(places, sizes)).toEqual({ ...places, b: { x: 10, y: 170 } });
  });

  test("a place that belongs to no node stays as it is", () => {
    const places = { a: { x: 0, y: 0 }, gone: { x: 0, y: 0 } };
    expect(withoutOverlaps(places, sizes)).toEqual(places);
  });
});
