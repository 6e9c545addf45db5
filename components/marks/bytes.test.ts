import { expect, test } from "vitest";
import { bytesText } from "./bytes";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [33_400, "33 kB"],
  [9_960_000, "10 MB"],
  [999_600, "1.0 MB"],
  [61_200_000_000, "61 GB"],
  [2e18, "2000 PB"],
])("%d bytes read as %s", (bytes, want) => {
  expect(bytesText(bytes)).toBe(want);
});
