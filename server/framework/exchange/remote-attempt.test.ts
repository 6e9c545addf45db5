import { describe, expect, test } from "vitest";
import type { HostedRunAnswer } from "#server/protocol/hosted-run";
import { hostState } from "#server/protocol/states";
import { changeByAnswer, homeStateOf, previousEndOf, type RemoteAttempt, stepStateOf } from "./remote-attempt";

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

describe("a host's word", () => {
  const answer: HostedRunAnswer = {
    runKey: "a".repeat(64),
    attempt: 1,
    state: "RUNNING",
    outcome: null,
    reason: null,
    seq: 5,
    missing: [],
    startedAt: "2026-01-01T00:00:00.000Z",
    endedAt: null,
    exitCode: null,
    receipt: null,
  };
  const ended = { state: "RESULTS_READY", outcome: "FAILED", exitCode: 3, receipt: "signed" } as const;
  const heard = { unreachableSince: null, waiting: null };
  type Case = {
    given: string;
    row: Partial<RemoteAttempt>;
    said?: Partial<HostedRunAnswer>;
    want: Partial<RemoteAttempt> | undefined;
  };
  test.each<Case>([
    {
      given: "newer than what is known",
      row: { state: "REMOTE_QUEUED", hostSeq: 4 },
      want: { ...heard, state: "REMOTE_RUNNING", hostSeq: 5, hostState: "RUNNING", exitCode: null, receipt: null },
    },
    { given: "known already", row: { state: "REMOTE_RUNNING", hostSeq: 5 }, want: undefined },
    { given: "older than what is known", row: { state: "REMOTE_RUNNING", hostSeq: 6 }, want: undefined },
    {
      given: "older than what is known, after a silence",
      row: { state: "REMOTE_RUNNING", hostSeq: 6, unreachableSince: away },
      want: heard,
    },
    {
      given: "the end",
      row: { state: "REMOTE_RUNNING", hostSeq: 4 },
      said: ended,
      want: { ...heard, state: "FETCHING", hostSeq: 5, hostState: "RESULTS_READY", exitCode: 3, receipt: "signed" },
    },
    {
      given: "another end than the one that was told",
      row: { state: "FETCHING", hostSeq: 4, receipt: "signed before", exitCode: 0 },
      said: ended,
      want: { ...heard, hostSeq: 5, hostState: "RESULTS_READY" },
    },
    {
      given: "newer, but leading back",
      row: { state: "REMOTE_RUNNING", hostSeq: 4 },
      said: { state: "QUEUED" },
      want: { ...heard, hostSeq: 5, hostState: "QUEUED" },
    },
  ])("$given", ({ row, said, want }) => {
    const startedAt = new Date("2026-01-01T00:00:00Z");
    const isTaken = want && "state" in want;
    expect(changeByAnswer(aRow(row), { ...answer, ...said })).toEqual(isTaken ? { ...want, startedAt } : want);
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
