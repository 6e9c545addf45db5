import { describe, expect, test } from "vitest";
import type { HostedRunAnswer } from "#server/protocol/hosted-run";
import { letterBodyBytes } from "#server/protocol/reach";
import { changeByStart, fittingOnePage, type HostedRun, mayFollow, meetingOf, stateWhileEnding } from "./hosted-run";

const call = { attempt: 2, requestHash: "two" };

describe("what a call meets before any grant is looked at", () => {
  test.each<{ given: string; own?: string; newest?: number; want: ReturnType<typeof meetingOf> }>([
    { given: "nothing of its kind", want: "new" },
    { given: "an older attempt", newest: 1, want: "new" },
    { given: "its own row", own: "two", newest: 2, want: "known" },
    { given: "its own row, and a newer attempt", own: "two", newest: 3, want: "known" },
    { given: "its own row for another request", own: "other", newest: 2, want: "hosted_run.other_request" },
    { given: "a newer attempt only", newest: 3, want: "hosted_run.older_attempt" },
  ])("$given -> $want", ({ own, newest, want }) => {
    const row = own === undefined ? undefined : { attempt: 2, requestHash: own };
    expect(meetingOf(call, row, newest === undefined ? undefined : { attempt: newest })).toBe(want);
  });
});

test("another attempt follows only the terminal record of the last", () => {
  expect(mayFollow(undefined)).toBe(true);
  expect(mayFollow({ outcome: "FAILED" })).toBe(true);
  expect(mayFollow({ outcome: null })).toBe(false);
});

describe("the start of an app", () => {
  const startedAt = new Date("2026-01-01T00:00:00Z");
  test.each<{ given: string; row: Pick<HostedRun, "state" | "outcome">; want: Partial<HostedRun> | undefined }>([
    { given: "queued", row: { state: "QUEUED", outcome: null }, want: { state: "RUNNING", reason: null, startedAt } },
    { given: "seen already", row: { state: "RUNNING", outcome: null }, want: undefined },
    { given: "being revoked", row: { state: "REVOKING", outcome: null }, want: { startedAt } },
    { given: "over", row: { state: "RESULTS_READY", outcome: "REVOKED" }, want: undefined },
  ])("$given", ({ row, want }) => {
    expect(changeByStart(row, startedAt)).toEqual(want);
  });
});

test("what is to end is shown so until its app has ended; what has none yet ends at once", () => {
  expect(stateWhileEnding({ state: "RECEIVED" }, "CANCELLED")).toBeUndefined();
  expect(stateWhileEnding({ state: "RUNNING" }, "CANCELLED")).toBe("CANCELLING");
  expect(stateWhileEnding({ state: "QUEUED" }, "LEASE_EXPIRED")).toBe("REVOKING");
});

test("what is told at once fits into a letter, its first event always, and nothing is told out of turn", () => {
  const event = (receiptBytes: number, seq = 0) => ({ seq, receipt: "r".repeat(receiptBytes) }) as HostedRunAnswer;
  const many = Array.from({ length: 200 }, (_, seq) => event(5000, seq));
  const page = fittingOnePage(many);
  expect(page).toEqual(many.slice(0, page.length));
  expect(page.length).toBeGreaterThan(50);
  expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThan(letterBodyBytes);
  expect(fittingOnePage(many.slice(0, 3))).toHaveLength(3);
  expect(fittingOnePage([event(450_000), event(1)])).toHaveLength(1);
});
