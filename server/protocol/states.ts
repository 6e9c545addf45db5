import { z } from "zod";

export const runState = z.enum(["QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"]);
export type RunState = z.infer<typeof runState>;

/** States of a step run at home; the remote ones follow the hosted run through its proxy app. */
export const stepState = z.enum([
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
]);
export type StepState = z.infer<typeof stepState>;

/** How an attempt ended; once written it never changes. */
export const outcome = z.enum([
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
]);
export type Outcome = z.infer<typeof outcome>;

/** Where a hosted run stands at its host, before it has an outcome. */
export const hostState = z.enum([
  "RECEIVED",
  "QUEUED",
  "STARTING",
  "RUNNING",
  "CANCELLING",
  "REVOKING",
  "RESULTS_READY",
  "ACKED",
]);

export const isRunOver = (state: RunState) => state === "SUCCEEDED" || state === "FAILED" || state === "CANCELLED";

const stepEnds: ReadonlySet<StepState> = new Set(["SUCCEEDED", "FAILED", "CANCELLED", "SKIPPED", "CACHED"]);
export const isStepOver = (state: StepState) => stepEnds.has(state);
