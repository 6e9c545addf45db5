import { describe, expect, test } from "vitest";
import { hostState } from "#server/protocol/states";
import { homeStateOf, previousEndOf, type RemoteAttempt, stepStateOf } from "./remote-attempt";

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

describe("how the attempt before ended, as the hub is shown", () => {
  const ended = new Date("2026-01-02T00:00:00Z");
  const abandoned: Partial<RemoteAttempt> = {
    state: "ENDED",
    outcome: "ABANDONED",
    endedAt: ended,
    reason: { code: "step.abandoned", detail: { by: "user-1" } },
    receipt: null,
  };
  test.each<{ given: string; row: Partial<RemoteAttempt>; want: object }>([
    {
      given: "with the host's record",
      row: { outcome: "FAILED", receipt: "jws" },
      want: { kind: "receipt", receipt: "jws" },
    },
    {
      given: "given up by a person",
      row: abandoned,
      want: { kind: "abandoned", by: "user-1", at: ended.toISOString() },
    },
    {
      given: "given up, its record came later",
      row: { ...abandoned, receipt: "jws" },
      want: { kind: "receipt", receipt: "jws" },
    },
    {
      given: "refused at the door",
      row: { outcome: "REJECTED", receipt: null, reason: { code: "app.withdrawn", detail: {} } },
      want: { kind: "refused", reason: "app.withdrawn" },
    },
  ])("$given", ({ row, want }) => {
    expect(previousEndOf(aRow(row))).toEqual(want);
  });

  test("a first attempt has none before it", () => expect(previousEndOf(undefined)).toEqual({ kind: "none" }));
});
