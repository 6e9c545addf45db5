import { sha256Hex } from "#server/protocol/canonical";
import { detachedExitCode, type ProxyAttempt, type ProxyView } from "#server/protocol/proxy-api";
import { awaitsConsent, type RemoteAttempt } from "../exchange/remote-attempt";
import { isGroup } from "./proxy";

export const attemptId = (row: Pick<RemoteAttempt, "runKey" | "attempt">) => `${row.runKey}-${row.attempt}`;

function remoteOf(row: RemoteAttempt): ProxyAttempt["remote"] {
  if (row.state === "ENDED" || row.state === "FETCHING") return "ended";
  if (row.state === "REMOTE_RUNNING") return "running";
  return row.state === "REMOTE_QUEUED" ? "queued" : "unknown";
}

/** One attempt as its proxy app sees it. */
export function proxyAttemptOf(row: RemoteAttempt): ProxyAttempt {
  const submission =
    row.state === "WAITING_GRANT" ? "never_sent" : row.state === "SUBMITTING" ? "maybe_sent" : "accepted";
  return {
    id: attemptId(row),
    label: isGroup(row.proxyGroup) ? String(row.request.index) : null,
    submission,
    remote: remoteOf(row),
    isCancelRequested: row.cancelRequestedAt !== null,
    waiting: row.waiting?.code ?? null,
  };
}

/** A single proxy ends as the remote app did; codes that Kubernetes reads otherwise become 1. */
export function exitCodeOf({ outcome, exitCode }: Pick<RemoteAttempt, "outcome" | "exitCode">): number {
  if (outcome === "SUCCEEDED") return 0;
  const code = exitCode ?? 1;
  return code === 0 || code === 75 || code >= 126 ? 1 : code;
}

/** Of several instances one that failed makes the whole fail. */
function exitCodeOfAll(rows: RemoteAttempt[]): number {
  const [first, ...others] = rows.map(exitCodeOf);
  if (others.length === 0) return first ?? 0;
  return [first, ...others].every((code) => code === 0) ? 0 : 1;
}

const versionOf = (row: RemoteAttempt) =>
  [
    attemptId(row),
    row.state,
    row.hostSeq,
    row.cancelRequestedAt ? "c" : "",
    row.unreachableSince ? "u" : "",
    awaitsConsent(row) ? "h" : "",
  ].join(":");

/**
 * Everything that one proxy stands for: what is not over yet, and its exit code once all is. What waits for a person's
 * consent keeps no proxy busy: it leaves, and another is made when the wait is over.
 */
export function proxyViewOf(rows: RemoteAttempt[]): ProxyView {
  const live = rows.filter((row) => row.state !== "ENDED");
  const moving = live.filter((row) => !awaitsConsent(row));
  const left = live.length > 0 ? detachedExitCode : exitCodeOfAll(rows);
  return {
    version: sha256Hex(rows.map(versionOf).join()).slice(0, 16),
    attempts: moving.map(proxyAttemptOf),
    exitCode: moving.length > 0 ? null : left,
  };
}
