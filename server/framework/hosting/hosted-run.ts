import type { hostedRuns } from "#drizzle/framework/schema/hosting";
import type { HostedRunAnswer } from "#server/protocol/hosted-run";
import { hostState, outcome } from "#server/protocol/states";

export type HostedRun = typeof hostedRuns.$inferSelect;

/** Somebody asked for its end already. */
export const isBeingEnded = ({ state }: Pick<HostedRun, "state">) => state === "CANCELLING" || state === "REVOKING";

const instant = (at: Date | null) => at?.toISOString() ?? null;

/** What the home framework is told of its attempt; the same for ever once it has an outcome. */
export function answerOf(row: HostedRun, missing: string[] = []): HostedRunAnswer {
  return {
    runKey: row.runKey,
    attempt: row.attempt,
    state: hostState.parse(row.state),
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
