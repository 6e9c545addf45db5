import { expect, test } from "vitest";
import { clusterColour } from "./cluster-chip";

test("a cluster's colour follows from its name, and the six first clusters differ", () => {
  expect(["materials", "bio", "astro", "genome", "climate", "energy"].map(clusterColour)).toEqual([
    "c1",
    "c2",
    "c3",
    "c4",
    "c5",
    "c6",
  ]);
});
