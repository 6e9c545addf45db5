import { expect, test } from "vitest";
import { takeToken } from "./peer-rate";

test("a peer may call 2,000 times at once and 1,000 times a second from then on, and no more", () => {
  const bucket = { tokens: 2000, at: 0 };
  const passed = (calls: number, at: number) =>
    Array.from({ length: calls }, () => takeToken(bucket, at)).filter(Boolean).length;
  expect(passed(2500, 0)).toBe(2000);
  expect(passed(2500, 1000)).toBe(1000);
  expect(passed(2500, 1010)).toBe(10);
  expect(passed(2500, 3_600_000)).toBe(2000);
});
