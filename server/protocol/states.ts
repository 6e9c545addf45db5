import { z } from "zod";

/** Each list stands here once: tables, wire and the moves of `transitions.ts` are made from it. */
export const runStates = ["QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"] as const;
export const runState = z.enum(runStates);
export type RunState = z.infer<typeof runState>;

/** States of a step run at home; the remote ones follow the hosted run through its proxy app. */
export const stepStates = [
  "WAITING",
  "READY",
  "RUNNING",
  "WAITING_GRANT",
  "WAITING_CONSENT",
  "SUBMITTING",
  "REMOTE_QUEUED",
  "REMOTE_RUNNING",
  "UNREACHABLE",
  "FETCHING",
  "CANCELLING",
  "SUCCEEDED",
  "FAILED",
  "CANCELLED",
  "SKIPPED",
  "CACHED",
] as const;
export const stepState = z.enum(stepStates);
export type StepState = z.infer<typeof stepState>;

/** States of one remote attempt as its home keeps it. */
export const remoteAttemptStates = [
  "WAITING_GRANT",
  "SUBMITTING",
  "REMOTE_QUEUED",
  "REMOTE_RUNNING",
  "FETCHING",
  "ENDED",
] as const;
export type RemoteAttemptState = (typeof remoteAttemptStates)[number];

/** States of the one process or Job of an attempt; how it ended is its outcome. */
export const executionStates = ["QUEUED", "STARTING", "RUNNING", "ENDED"] as const;

/** How an attempt ended; once written it never changes. */
const outcomes = [
  "SUCCEEDED",
  "FAILED",
  "CANCELLED",
  "REVOKED",
  "DEADLINE",
  "LEASE_EXPIRED",
  "AUTHORIZATION_STALE",
  "INTERRUPTED",
  "LOST_ON_HOST",
  "REJECTED",
  "RESULTS_REFUSED",
  "RESULTS_EXPIRED",
  "ABANDONED",
] as const;
export const outcome = z.enum(outcomes);
export type Outcome = z.infer<typeof outcome>;

/** Where a hosted run stands at its host; from RESULTS_READY on it has an outcome. */
export const hostStates = [
  "RECEIVED",
  "QUEUED",
  "RUNNING",
  "CANCELLING",
  "REVOKING",
  "RESULTS_READY",
  "ACKED",
] as const;
export const hostState = z.enum(hostStates);

/** States of an agreement at the hub; APPROVED stands at hosts only. */
export const agreementStates = [
  "REQUESTED",
  "APPROVED",
  "ACTIVE",
  "SUSPENDED",
  "REVOKING",
  "REVOKED",
  "EXPIRED",
  "REJECTED",
] as const;
export type AgreementState = (typeof agreementStates)[number];

/** What a host writes down of an agreement: that it ran out it reads from the document, what still runs from its runs. */
export const hostAgreementStates = ["REQUESTED", "APPROVED", "ACTIVE", "SUSPENDED", "REVOKED", "REJECTED"] as const;

/** What the hub writes down of a cluster; that it is silent shows from its heartbeats. */
export const clusterStates = ["INVITED", "PENDING", "ACTIVE", "SUSPENDED"] as const;

export const isRunOver = (state: RunState) => state === "SUCCEEDED" || state === "FAILED" || state === "CANCELLED";

const stepEnds: ReadonlySet<StepState> = new Set(["SUCCEEDED", "FAILED", "CANCELLED", "SKIPPED", "CACHED"]);
export const isStepOver = (state: StepState) => stepEnds.has(state);
