import type { AgreementDocument } from "#server/protocol/agreement";
import type { Agreement } from "../agreements/use-agreement";
import type { StopReason } from "../execution/execution";
import { type HostedRun, isBeingEnded } from "./hosted-run";

type Standing = Pick<HostedRun, "state" | "createdAt" | "leaseUntil">;
type Terms = Pick<AgreementDocument, "onDisconnect" | "onHubSilent">;

/** How things stand at the moment of judging. `isStale`: the hub's word is too old for those who would rather end. */
export type Moment = { now: Date; inputsMs: number; isStale: boolean };

export type DueEnd = {
  outcome: Extract<StopReason, "LEASE_EXPIRED" | "AUTHORIZATION_STALE"> | "REJECTED";
  reason: string;
};

const isLeaseOver = (row: Standing, now: Date) => row.leaseUntil === null || row.leaseUntil <= now;

/** Why a living hosted run must end by one of the protocol's clocks, or undefined while it may live on. */
export function dueEnd(row: Standing, terms: Terms, at: Moment): DueEnd | undefined {
  if (isBeingEnded(row)) return undefined;
  if (terms.onDisconnect === "kill" && isLeaseOver(row, at.now))
    return { outcome: "LEASE_EXPIRED", reason: "hosted_run.lease_ended" };
  if (terms.onHubSilent === "kill" && at.isStale)
    return { outcome: "AUTHORIZATION_STALE", reason: "hosted_run.hub_silent" };
  const isEmpty = row.state === "RECEIVED" && row.createdAt.getTime() + at.inputsMs <= at.now.getTime();
  return isEmpty ? { outcome: "REJECTED", reason: "hosted_run.inputs_missing" } : undefined;
}

export type StartBar = { stop: StopReason; reason: string } | { wait: string };

/** Something may begin on a fresh word of the hub's only, and for a peer that nobody suspended. */
export type StartMoment = Moment & { isFresh: boolean; isPeerSuspended: boolean };

const standing: Record<Agreement["state"], StartBar | undefined> = {
  REQUESTED: { wait: "agreement.requested" },
  APPROVED: { wait: "agreement.awaits_hub" },
  ACTIVE: undefined,
  SUSPENDED: { wait: "agreement.suspended" },
  REVOKED: { stop: "REVOKED", reason: "agreement.revoked" },
  REJECTED: { stop: "REVOKED", reason: "agreement.refused" },
};

/** Why an accepted run must not begin: never any more, or not yet; undefined when it may. */
export function startBar(
  row: Standing,
  agreement: Pick<Agreement, "state" | "document">,
  at: StartMoment,
): StartBar | undefined {
  const barred = standing[agreement.state];
  if (barred && "stop" in barred) return barred;
  if (Date.parse(agreement.document.expires) <= at.now.getTime())
    return { stop: "REVOKED", reason: "agreement.expired" };
  const due = dueEnd(row, agreement.document, at);
  if (due && due.outcome !== "REJECTED") return { stop: due.outcome, reason: due.reason };
  if (barred) return barred;
  if (at.isPeerSuspended) return { wait: "hosted_run.home_suspended" };
  if (isLeaseOver(row, at.now)) return { wait: "hosted_run.lease_ended" };
  return at.isFresh ? undefined : { wait: "hosted_run.hub_silent" };
}
