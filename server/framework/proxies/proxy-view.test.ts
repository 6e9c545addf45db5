import { describe, expect, test } from "vitest";
import type { Outcome } from "#server/protocol/states";
import type { RemoteAttempt } from "../exchange/remote-attempt";
import { isGroup, proxiesOfScatteredStep, proxyGroupOf, proxyTokenOf } from "./proxy";
import { exitCodeOf, proxyAttemptOf, proxyViewOf } from "./proxy-view";

const away = new Date("2026-01-01T00:00:00Z");
const aRow = (over: Partial<RemoteAttempt> = {}): RemoteAttempt =>
  ({
    runKey: "ab".repeat(32),
    attempt: 1,
    runId: "run",
    proxyGroup: "proxy-one",
    request: { step: "only", index: 0 },
    state: "WAITING_GRANT",
    hostSeq: -1,
    outcome: null,
    exitCode: null,
    waiting: null,
    unreachableSince: null,
    cancelRequestedAt: null,
    ...over,
  }) as RemoteAttempt;
const ended = (outcome: Outcome, attempt: number, over: Partial<RemoteAttempt> = {}) =>
  aRow({ state: "ENDED", outcome, attempt, ...over });

describe("what a proxy may know", () => {
  test.each<[RemoteAttempt["state"], string, string]>([
    ["WAITING_GRANT", "never_sent", "unknown"],
    ["SUBMITTING", "maybe_sent", "unknown"],
    ["REMOTE_QUEUED", "accepted", "queued"],
    ["REMOTE_RUNNING", "accepted", "running"],
    ["FETCHING", "accepted", "ended"],
    ["ENDED", "accepted", "ended"],
  ])("%s is %s and %s", (state, submission, remote) => {
    expect(proxyAttemptOf(aRow({ state }))).toMatchObject({ submission, remote, isCancelRequested: false });
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
    expect(exitCodeOf({ outcome, exitCode })).toBe(want);
    expect(proxyViewOf([aRow({ state: "ENDED", outcome, exitCode })])).toMatchObject({ attempts: [], exitCode: want });
    expect(proxyViewOf([aRow({ state: "FETCHING", outcome, exitCode })]).exitCode).toBeNull();
  });

  test.each<[string, Partial<RemoteAttempt>]>([
    ["the state", { state: "SUBMITTING" }],
    ["the host's word", { hostSeq: 4 }],
    ["a cancel", { cancelRequestedAt: away }],
    ["silence", { unreachableSince: away }],
  ])("its version changes with %s", (_what, change) => {
    expect(proxyViewOf([aRow(change)]).version).not.toBe(proxyViewOf([aRow()]).version);
  });
});

describe("one proxy for several instances", () => {
  const instance = (index: number, over: Partial<RemoteAttempt> = {}) =>
    aRow({
      runKey: String(index).padStart(64, "0"),
      request: { step: "each", index } as RemoteAttempt["request"],
      ...over,
    });

  test("a scattered step has few proxies however many instances it has, each instance always the same one", () => {
    const groups = Array.from({ length: 1000 }, (_, index) => proxyGroupOf(instance(index), true));
    expect(new Set(groups).size).toBe(proxiesOfScatteredStep);
    expect(proxyGroupOf(instance(7, { attempt: 3 }), true)).toBe(groups[7]);
    expect(groups.every(isGroup)).toBe(true);
  });

  test("steps and runs do not share proxies, and a single step has its own for each attempt", () => {
    const names = [
      proxyGroupOf(instance(1), true),
      proxyGroupOf(instance(1, { runId: "other" }), true),
      proxyGroupOf(instance(1), false),
      proxyGroupOf(instance(1, { attempt: 2 }), false),
    ];
    expect(new Set(names).size).toBe(4);
  });

  test("it ends when all have ended, with 0 only if all succeeded", () => {
    const good = ended("SUCCEEDED", 1);
    expect(proxyViewOf([good, aRow({ attempt: 2 })]).exitCode).toBeNull();
    expect(proxyViewOf([good, ended("SUCCEEDED", 2)]).exitCode).toBe(0);
    expect(proxyViewOf([good, ended("FAILED", 2, { exitCode: 3 })]).exitCode).toBe(1);
  });

  test("its lines say which instance speaks", () => {
    const proxyGroup = proxyGroupOf(instance(21), true);
    expect(proxyAttemptOf(instance(21, { proxyGroup })).label).toBe("21");
    expect(proxyAttemptOf(instance(21)).label).toBeNull();
  });

  test("a proxy's token opens no other proxy, and another secret makes another token", () => {
    expect(proxyTokenOf("one", "proxy-a-1")).not.toBe(proxyTokenOf("one", "proxy-a-2"));
    expect(proxyTokenOf("one", "proxy-a-1")).not.toBe(proxyTokenOf("two", "proxy-a-1"));
  });
});
