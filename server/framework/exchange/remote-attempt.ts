import type { remoteAttempts } from "#drizzle/framework/schema/remote-attempts";
import { consentEnded } from "#server/protocol/consent";
import type { PreviousEnd } from "#server/protocol/framework-api";
import type { HostedRunAnswer } from "#server/protocol/hosted-run";
import type { RemoteAttemptState, StepState } from "#server/protocol/states";
import { mayMove } from "#server/protocol/transitions";

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

type Held = Pick<RemoteAttempt, "state" | "cancelRequestedAt" | "waiting">;

/** Its run's consent ran out before any host had it: it rests, without a proxy app, until the consent stands again. */
export const awaitsConsent = ({ state, cancelRequestedAt, waiting }: Held): boolean =>
  state === "WAITING_GRANT" && cancelRequestedAt === null && waiting?.code === consentEnded;

/** The step state that people see: unreachable and cancelling stand over what the host last said. */
export function stepStateOf(row: Held & Pick<RemoteAttempt, "unreachableSince">): StepState {
  if (row.cancelRequestedAt) return "CANCELLING";
  if (awaitsConsent(row)) return "WAITING_CONSENT";
  const isAway = row.unreachableSince !== null && row.state !== "WAITING_GRANT" && row.state !== "ENDED";
  if (isAway) return "UNREACHABLE";
  return row.state === "ENDED" ? "FETCHING" : row.state;
}

type Known = Pick<RemoteAttempt, "state" | "hostSeq" | "unreachableSince" | "startedAt">;

/**
 * What a host's word changes of an attempt that is not over: older word than what is known changes nothing but that the
 * host was heard. The end that a host told once stands, and what would lead back is only noted as said.
 */
export function changeByAnswer(row: Known, answer: HostedRunAnswer): Partial<RemoteAttempt> | undefined {
  const isHeard = row.unreachableSince !== null || row.state === "SUBMITTING";
  if (answer.seq <= row.hostSeq && !isHeard) return undefined;
  const seen = { unreachableSince: null, waiting: null };
  if (answer.seq < row.hostSeq) return seen;
  const told: RemoteAttemptState = homeStateOf(answer) ?? "FETCHING";
  const noted = { ...seen, hostSeq: answer.seq, hostState: answer.state };
  if (row.state === "FETCHING" || !mayMove("remoteAttempt", row.state, told)) return noted;
  return {
    ...noted,
    state: told,
    exitCode: answer.exitCode,
    receipt: answer.receipt,
    startedAt: answer.startedAt ? new Date(answer.startedAt) : row.startedAt,
  };
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
