import { expect, test } from "vitest";
import { lastGroups } from "./approve-card";

test.each([
  ["1b4f e27a", "1b4f e27a"],
  [" 1B4F · E27A ", "1b4f e27a"],
  ["1b4fe27a", "1b4f e27a"],
  ["1b4f-e27a", "1b4f e27a"],
  ["1b4f e27", undefined],
  ["1b4f e27g", undefined],
  ["", undefined],
])("%j is read as %j", (typed, want) => {
  expect(lastGroups(typed)).toBe(want);
});
