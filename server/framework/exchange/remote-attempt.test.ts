import { describe, expect, test } from "vitest";
import { hostState, type Outcome } from "#server/protocol/states";
import { homeStateOf, proxyViewOf, type RemoteAttempt, stepStateOf } from "./remote-attempt";

const away = new Date("2026-01-01T00:00:00Z");
const aRow = (over: Partial<RemoteAttempt> = {}): RemoteAttempt =>
  ({
    state: "WAITING_GRANT",
    hostSeq: -1,
    outcome: null,
    exitCode: null,
    waiting: null,
    unreachableSince: null,
    cancelRequestedAt: null,
    ...over,
  }) as RemoteAttempt;

describe("the host's state as home shows it", () => {
  test.each([
    ["RECEIVED", "SUBMITTING"],
    ["QUEUED", "REMOTE_QUEUED"],
    ["STARTING", "REMOTE_QUEUED"],
    ["RUNNING", "REMOTE_RUNNING"],
    ["CANCELLING", "REMOTE_RUNNING"],
    ["REVOKING", "REMOTE_RUNNING"],
  ] as const)("%s -> %s", (state, want) => {
    expect(homeStateOf({ state, outcome: null })).toBe(want);
  });

  test("once it has an outcome there is nothing to show but fetching", () => {
    for (const state of hostState.options) expect(homeStateOf({ state, outcome: "FAILED" })).toBeUndefined();
  });
});

describe("the state of the step that people see", () => {
  test.each<{ given: string; row: Partial<RemoteAttempt>; want: string }>([
    { given: "no grant yet", row: {}, want: "WAITING_GRANT" },
    { given: "no grant yet and the host is away", row: { unreachableSince: away }, want: "WAITING_GRANT" },
    { given: "sent", row: { state: "SUBMITTING" }, want: "SUBMITTING" },
    { given: "sent and the host is away", row: { state: "SUBMITTING", unreachableSince: away }, want: "UNREACHABLE" },
    {
      given: "running and the host is away",
      row: { state: "REMOTE_RUNNING", unreachableSince: away },
      want: "UNREACHABLE",
    },
    { given: "fetching and the host is away", row: { state: "FETCHING", unreachableSince: away }, want: "UNREACHABLE" },
    {
      given: "a cancel under way, the host away",
      row: { state: "REMOTE_RUNNING", unreachableSince: away, cancelRequestedAt: away },
      want: "CANCELLING",
    },
    { given: "ended, its step not settled yet", row: { state: "ENDED" }, want: "FETCHING" },
    { given: "running", row: { state: "REMOTE_RUNNING" }, want: "REMOTE_RUNNING" },
  ])("$given -> $want", ({ row, want }) => {
    expect(stepStateOf(aRow(row))).toBe(want);
  });
});

describe("what a proxy may know", () => {
  test.each<[RemoteAttempt["state"], string, string]>([
    ["WAITING_GRANT", "never_sent", "unknown"],
    ["SUBMITTING", "maybe_sent", "unknown"],
    ["REMOTE_QUEUED", "accepted", "queued"],
    ["REMOTE_RUNNING", "accepted", "running"],
    ["FETCHING", "accepted", "ended"],
    ["ENDED", "accepted", "ended"],
  ])("%s is %s and %s", (state, submission, remote) => {
    expect(proxyViewOf(aRow({ state }))).toMatchObject({
      submission,
      remote,
      isSettled: state === "ENDED",
      isCancelRequested: false,
    });
  });

  test.each<[Outcome, number | null, number]>([
    ["SUCCEEDED", 0, 0],
    ["FAILED", 3, 3],
    ["FAILED", 0, 1],
    ["FAILED", 75, 1],
    ["FAILED", 126, 1],
    ["FAILED", 137, 1],
    ["CANCELLED", null, 1],
    ["RESULTS_REFUSED", null, 1],
  ])("it ends after %s with %s as %i", (outcome, exitCode, want) => {
    expect(proxyViewOf(aRow({ state: "ENDED", outcome, exitCode })).exitCode).toBe(want);
    expect(proxyViewOf(aRow({ state: "FETCHING", outcome, exitCode })).exitCode).toBeNull();
  });

  test.each<[string, Partial<RemoteAttempt>]>([
    ["the state", { state: "SUBMITTING" }],
    ["the host's word", { hostSeq: 4 }],
    ["a cancel", { cancelRequestedAt: away }],
    ["silence", { unreachableSince: away }],
  ])("its version changes with %s", (_what, change) => {
    expect(proxyViewOf(aRow(change)).version).not.toBe(proxyViewOf(aRow()).version);
  });
});
