import type { executions } from "#drizzle/framework/schema/executions";
import type { Db } from "#server/db/connect";
import type { Reason } from "#server/protocol/run-view";
import type { Outcome } from "#server/protocol/states";
import type { FrameworkContext } from "../context";
import type { TaskExit } from "../runtime/runtime";

export type Execution = typeof executions.$inferSelect;
export type NewExecution = Pick<Execution, "name" | "kind" | "runKey" | "attempt" | "limits"> &
  Partial<Pick<Execution, "stepRunId" | "home" | "host" | "digest" | "parameters">>;

export type Ending = { outcome: Outcome; reason: Reason | null };

/** Why an app is ended from outside; each becomes the outcome of its attempt. */
export type StopReason = "CANCELLED" | "REVOKED" | "INTERRUPTED" | "LEASE_EXPIRED" | "AUTHORIZATION_STALE";

/** Who started an execution is told in the same transaction, so that no end is ever seen by one of them only. */
export type ExecutionOwner = {
  /** Why it must not start any more, or not yet; what speaks against it stays locked until the start is written. */
  mayNotStart: (
    ctx: FrameworkContext,
    execution: Execution,
  ) => Promise<{ stop: StopReason } | { wait: string } | undefined>;
  started: (ctx: FrameworkContext, db: Db, execution: Execution) => Promise<void>;
  ended: (ctx: FrameworkContext, db: Db, execution: Execution) => Promise<void>;
};
export type ExecutionOwners = Record<Execution["kind"], ExecutionOwner>;

const because = (code: string, detail: Record<string, unknown> = {}): Reason => ({ code, detail });

function afterStop(stopReason: string | null): Ending {
  switch (stopReason) {
    case "INTERRUPTED":
      return { outcome: "INTERRUPTED", reason: because("execution.interrupted") };
    case "REVOKED":
      return { outcome: "REVOKED", reason: because("agreement.revoked") };
    case "LEASE_EXPIRED":
      return { outcome: "LEASE_EXPIRED", reason: because("hosted_run.lease_ended") };
    case "AUTHORIZATION_STALE":
      return { outcome: "AUTHORIZATION_STALE", reason: because("hosted_run.hub_silent") };
    default:
      return { outcome: "CANCELLED", reason: null };
  }
}

/** What a task's end means for its attempt, before its outputs have been looked at. */
export function endingOf(exit: TaskExit, durationSeconds: number): Ending {
  switch (exit.outcome) {
    case "EXITED":
      if (exit.exitCode === 0) return { outcome: "SUCCEEDED", reason: null };
      if (exit.signal) return { outcome: "FAILED", reason: because("app.killed", { signal: exit.signal }) };
      return { outcome: "FAILED", reason: because("app.exited", { exitCode: exit.exitCode }) };
    case "STOPPED":
      return afterStop(exit.stopReason);
    case "DEADLINE":
      return { outcome: "DEADLINE", reason: because("app.deadline", { seconds: durationSeconds }) };
    case "LOST":
      return { outcome: "LOST_ON_HOST", reason: because("execution.lost") };
    case "NOT_STARTED":
      return { outcome: "FAILED", reason: because("app.not_started", { error: exit.error }) };
  }
}
