import { expect, test } from "vitest";
import { takeToken } from "./peer-rate";

test("a peer may call 400 times at once and 200 times a second from then on, and no more", () => {
  const bucket = { tokens: 400, at: 0 };
  const passed = (calls: number, at: number) =>
    Array.from({ length: calls }, () => takeToken(bucket, at)).filter(Boolean).length;
  expect(passed(500, 0)).toBe(400);
  expect(passed(500, 1000)).toBe(200);
  expect(passed(500, 1010)).toBe(2);
  expect(passed(500, 3_600_000)).toBe(400);
});
