import type { Outcome, RunState, StepState } from "#server/protocol/states";

/** What a state asks of the person: nothing (fine, waiting, running, over) or something (bad, need). */
export type Look = "ok" | "wait" | "run" | "bad" | "need" | "off";

/** Every kind of thing that has a state, with its states; the words are `states.<kind>.<state>`. */
export type States = {
  run: RunState;
  step: StepState;
  /** How an attempt ended. */
  end: Outcome;
  build: "QUEUED" | "BUILDING" | "PROBING" | "READY" | "FAILED";
  app: "READY" | "PUBLISHED" | "WITHDRAWN";
  cluster: "INVITED" | "PENDING" | "ACTIVE" | "SUSPENDED" | "UNREACHABLE" | "SUSPECT";
  agreement: "REQUESTED" | "ACTIVE" | "SUSPENDED" | "REJECTED" | "REVOKING" | "REVOKED" | "EXPIRED";
};
export type StateKind = keyof States;

const looks: { [K in StateKind]: Record<States[K], Look> } = {
  run: { QUEUED: "wait", RUNNING: "run", SUCCEEDED: "ok", FAILED: "bad", CANCELLED: "off" },
  step: {
    WAITING: "wait",
    READY: "wait",
    RUNNING: "run",
    WAITING_GRANT: "wait",
    WAITING_CONSENT: "need",
    SUBMITTING: "run",
    REMOTE_QUEUED: "wait",
    REMOTE_RUNNING: "run",
    UNREACHABLE: "need",
    FETCHING: "run",
    CANCELLING: "run",
    SUCCEEDED: "ok",
    FAILED: "bad",
    CANCELLED: "off",
    SKIPPED: "off",
    CACHED: "ok",
  },
  end: {
    SUCCEEDED: "ok",
    FAILED: "bad",
    CANCELLED: "off",
    REVOKED: "off",
    DEADLINE: "bad",
    LEASE_EXPIRED: "bad",
    AUTHORIZATION_STALE: "bad",
    INTERRUPTED: "wait",
    LOST_ON_HOST: "bad",
    REJECTED: "bad",
    RESULTS_REFUSED: "bad",
    RESULTS_EXPIRED: "bad",
    ABANDONED: "need",
  },
  build: { QUEUED: "wait", BUILDING: "run", PROBING: "run", READY: "ok", FAILED: "bad" },
  app: { READY: "need", PUBLISHED: "ok", WITHDRAWN: "off" },
  cluster: { INVITED: "wait", PENDING: "need", ACTIVE: "ok", SUSPENDED: "off", UNREACHABLE: "bad", SUSPECT: "need" },
  agreement: {
    REQUESTED: "wait",
    ACTIVE: "ok",
    SUSPENDED: "need",
    REJECTED: "bad",
    REVOKING: "run",
    REVOKED: "off",
    EXPIRED: "off",
  },
};

/** The look of a state; one that is not known yet asks for a look rather than passing as fine. */
export function lookOf<K extends StateKind>(kind: K, state: States[K]): Look {
  return looks[kind][state] ?? "need";
}
