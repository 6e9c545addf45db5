import type { remoteAttempts } from "#drizzle/framework/schema/remote-attempts";
import type { HostedRunAnswer } from "#server/protocol/hosted-run";
import type { ProxyView } from "#server/protocol/proxy-api";
import type { StepState } from "#server/protocol/states";

export type RemoteAttempt = typeof remoteAttempts.$inferSelect;
export type NewRemoteAttempt = Pick<
  RemoteAttempt,
  "runKey" | "attempt" | "stepRunId" | "runId" | "host" | "request" | "authorizationId" | "agreementId"
>;

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

/** What the proxy app may know of its remote step, and what it decides from. */
export function proxyViewOf(row: RemoteAttempt): ProxyView {
  const submission =
    row.state === "WAITING_GRANT" ? "never_sent" : row.state === "SUBMITTING" ? "maybe_sent" : "accepted";
  return {
    submission,
    remote: remoteOf(row),
    isSettled: row.state === "ENDED",
    isCancelRequested: row.cancelRequestedAt !== null,
    exitCode: exitCodeOf(row),
    waiting: row.waiting?.code ?? null,
    version: versionOf(row),
  };
}

const versionOf = (row: RemoteAttempt) =>
  [row.state, row.hostSeq, row.cancelRequestedAt ? "c" : "", row.unreachableSince ? "u" : ""].join(":");

function remoteOf(row: RemoteAttempt): ProxyView["remote"] {
  if (row.state === "ENDED" || row.state === "FETCHING") return "ended";
  if (row.state === "REMOTE_RUNNING") return "running";
  return row.state === "REMOTE_QUEUED" ? "queued" : "unknown";
}

/** The proxy ends as the remote app did; codes that Kubernetes reads otherwise become 1. */
function exitCodeOf(row: RemoteAttempt): number | null {
  if (row.state !== "ENDED") return null;
  if (row.outcome === "SUCCEEDED") return 0;
  const code = row.exitCode ?? 1;
  return code === 0 || code === 75 || code >= 126 ? 1 : code;
}
