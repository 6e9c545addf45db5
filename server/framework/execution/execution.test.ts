import { describe, expect, test } from "vitest";
import type { TaskExit } from "../runtime/runtime";
import { type Ending, endingOf } from "./execution";

const exit: TaskExit = {
  outcome: "EXITED",
  stopReason: null,
  exitCode: 0,
  signal: null,
  startedAt: null,
  endedAt: new Date(0),
  cpuSeconds: 0,
  error: null,
};
const because = (code: string, detail: Record<string, unknown> = {}) => ({ code, detail });

describe("what the end of a process means for its attempt", () => {
  test.each<{ given: string; exit: Partial<TaskExit>; want: Ending }>([
    { given: "exit 0", exit: {}, want: { outcome: "SUCCEEDED", reason: null } },
    {
      given: "exit 3",
      exit: { exitCode: 3 },
      want: { outcome: "FAILED", reason: because("app.exited", { exitCode: 3 }) },
    },
    {
      given: "a signal",
      exit: { exitCode: null, signal: "SIGSEGV" },
      want: { outcome: "FAILED", reason: because("app.killed", { signal: "SIGSEGV" }) },
    },
    {
      given: "a stop by the framework's end",
      exit: { outcome: "STOPPED", stopReason: "INTERRUPTED" },
      want: { outcome: "INTERRUPTED", reason: because("execution.interrupted") },
    },
    {
      given: "a stop by a revoke",
      exit: { outcome: "STOPPED", stopReason: "REVOKED" },
      want: { outcome: "REVOKED", reason: because("agreement.revoked") },
    },
    {
      given: "a stop by a person",
      exit: { outcome: "STOPPED", stopReason: "CANCELLED" },
      want: { outcome: "CANCELLED", reason: null },
    },
    {
      given: "a stop, and exit 0 all the same",
      exit: { outcome: "STOPPED", stopReason: "CANCELLED", exitCode: 0 },
      want: { outcome: "CANCELLED", reason: null },
    },
    {
      given: "its deadline",
      exit: { outcome: "DEADLINE", exitCode: null, signal: "SIGTERM" },
      want: { outcome: "DEADLINE", reason: because("app.deadline", { seconds: 60 }) },
    },
    {
      given: "a dead supervisor",
      exit: { outcome: "LOST", exitCode: null },
      want: { outcome: "LOST_ON_HOST", reason: because("execution.lost") },
    },
    {
      given: "a command that is not there",
      exit: { outcome: "NOT_STARTED", error: "exec: ENOENT" },
      want: { outcome: "FAILED", reason: because("app.not_started", { error: "exec: ENOENT" }) },
    },
  ])("$given -> $want.outcome", ({ exit: change, want }) => {
    expect(endingOf({ ...exit, ...change }, 60)).toEqual(want);
  });
});
