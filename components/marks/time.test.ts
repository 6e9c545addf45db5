import { expect, test } from "vitest";
import { durationWords } from "./time";

test.each([
  [-5, { key: "seconds", count: "0.0" }],
  [2_940, { key: "seconds", count: "2.9" }],
  [9_990, { key: "seconds", count: 9 }],
  [59_999, { key: "seconds", count: 59 }],
  [60_000, { key: "minutes", count: 1 }],
  [61_500, { key: "minutesSeconds", minutes: 1, seconds: 1 }],
  [3_600_000, { key: "hours", count: 1 }],
  [5_400_000, { key: "hoursMinutes", hours: 1, minutes: 30 }],
  [90_000_000, { key: "daysHours", days: 1, hours: 1 }],
])("%d ms read as its two greatest units", (ms, want) => {
  expect(durationWords(ms)).toEqual(want);
});
