import type { hostedRuns } from "#drizzle/framework/schema/hosting";
import type { HostedRunAnswer } from "#server/protocol/hosted-run";
import { outcome } from "#server/protocol/states";

export type HostedRun = typeof hostedRuns.$inferSelect;

/** Somebody asked for its end already. */
export const isBeingEnded = ({ state }: Pick<HostedRun, "state">) => state === "CANCELLING" || state === "REVOKING";

type Attempt = Pick<HostedRun, "attempt" | "requestHash">;

/** What a call meets before any grant is looked at: nothing of its kind yet, its own row, or why it is never taken in. */
export function meetingOf(
  call: Attempt,
  own: Attempt | undefined,
  newest: Pick<HostedRun, "attempt"> | undefined,
): "new" | "known" | "hosted_run.other_request" | "hosted_run.older_attempt" {
  if (own) return own.requestHash === call.requestHash ? "known" : "hosted_run.other_request";
  return newest && newest.attempt > call.attempt ? "hosted_run.older_attempt" : "new";
}

/** One live attempt of each run key: the next begins only after the terminal record of the last. */
export const mayFollow = (newest: Pick<HostedRun, "outcome"> | undefined): boolean =>
  newest === undefined || newest.outcome !== null;

/** What the start of its app changes; what is being ended stays so. */
export function changeByStart(
  row: Pick<HostedRun, "state" | "outcome">,
  startedAt: Date | null,
): Partial<HostedRun> | undefined {
  if (row.outcome !== null || row.state === "RUNNING") return undefined;
  return isBeingEnded(row) ? { startedAt } : { state: "RUNNING", reason: null, startedAt };
}

/** How a living run stands until its app has ended; undefined where there is no app yet, and it ends at once. */
export function stateWhileEnding(
  row: Pick<HostedRun, "state">,
  outcome: string,
): Extract<HostedRun["state"], "CANCELLING" | "REVOKING"> | undefined {
  if (row.state === "RECEIVED") return undefined;
  return outcome === "CANCELLED" ? "CANCELLING" : "REVOKING";
}

const instant = (at: Date | null) => at?.toISOString() ?? null;

/** What the home framework is told of its attempt; the same for ever once it has an outcome. */
export function answerOf(row: HostedRun, missing: string[] = []): HostedRunAnswer {
  return {
    runKey: row.runKey,
    attempt: row.attempt,
    state: row.state,
    outcome: row.outcome === null ? null : outcome.parse(row.outcome),
    reason: row.reason,
    seq: row.seq,
    missing,
    startedAt: instant(row.startedAt),
    endedAt: instant(row.endedAt),
    exitCode: row.exitCode,
    receipt: row.receipt,
  };
}

/** Less than a letter carries, far more than almost every event with its receipt. */
const pageBytes = 400 * 1024;

/** The first of these that fit into one answer, always one. */
export function fittingOnePage<Entry>(entries: Entry[]): Entry[] {
  let bytes = 0;
  const over = entries.findIndex((entry) => {
    bytes += Buffer.byteLength(JSON.stringify(entry)) + 1;
    return bytes > pageBytes;
  });
  return over === -1 ? entries : entries.slice(0, Math.max(1, over));
}
