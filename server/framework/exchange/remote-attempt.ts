import type { remoteAttempts } from "#drizzle/framework/schema/remote-attempts";
import type { PreviousEnd } from "#server/protocol/framework-api";
import type { HostedRunAnswer } from "#server/protocol/hosted-run";
import type { StepState } from "#server/protocol/states";

export type RemoteAttempt = typeof remoteAttempts.$inferSelect;
export type NewRemoteAttempt = Pick<
  RemoteAttempt,
  "runKey" | "attempt" | "stepRunId" | "runId" | "host" | "request" | "authorizationId" | "agreementId"
> & { isScattered: boolean };

/**
 * The host's state as the home shows it while the attempt goes on; undefined once the host has an outcome. What was
 * accepted without its inputs is still being submitted: they are sent again until the host has all that it needs.
 */
export function homeStateOf(
  answer: Pick<HostedRunAnswer, "state" | "outcome">,
): "SUBMITTING" | "REMOTE_QUEUED" | "REMOTE_RUNNING" | undefined {
  if (answer.outcome !== null) return undefined;
  if (answer.state === "RECEIVED") return "SUBMITTING";
  const isBegun = answer.state === "RUNNING" || answer.state === "CANCELLING" || answer.state === "REVOKING";
  return isBegun ? "REMOTE_RUNNING" : "REMOTE_QUEUED";
}

/** The step state that people see: unreachable and cancelling stand over what the host last said. */
export function stepStateOf(row: Pick<RemoteAttempt, "state" | "unreachableSince" | "cancelRequestedAt">): StepState {
  if (row.cancelRequestedAt) return "CANCELLING";
  const isAway = row.unreachableSince !== null && row.state !== "WAITING_GRANT" && row.state !== "ENDED";
  if (isAway) return "UNREACHABLE";
  return row.state === "ENDED" ? "FETCHING" : row.state;
}

/** How the attempt before ended, as the hub wants to be shown before it allows another. */
export function previousEndOf(row: RemoteAttempt | undefined): PreviousEnd {
  if (!row) return { kind: "none" };
  if (row.receipt) return { kind: "receipt", receipt: row.receipt };
  if (row.outcome !== "ABANDONED") return { kind: "refused", reason: row.reason?.code ?? row.outcome ?? "unknown" };
  return {
    kind: "abandoned",
    by: String(row.reason?.detail.by ?? ""),
    at: (row.endedAt ?? row.createdAt).toISOString(),
  };
}
