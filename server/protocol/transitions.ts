import type {
  agreementStates,
  clusterStates,
  executionStates,
  hostAgreementStates,
  hostStates,
  remoteAttemptStates,
  runStates,
  stepStates,
} from "./states";

type Moves<S extends readonly string[]> = { readonly [From in S[number]]: readonly S[number][] };

/** What a host says of an attempt that it has; a home that was set back hears it before it remembers to have sent. */
const progress = ["REMOTE_QUEUED", "REMOTE_RUNNING", "FETCHING"] as const;
/** How an attempt that began may leave its step: over, or ready for another attempt. */
const ended = ["SUCCEEDED", "FAILED", "CANCELLED", "READY"] as const;

/** For each machine the states that each state may become; a state without any is terminal. */
export const moves = {
  run: {
    QUEUED: ["RUNNING", "CANCELLED"],
    RUNNING: ["SUCCEEDED", "FAILED", "CANCELLED"],
    SUCCEEDED: [],
    FAILED: [],
    CANCELLED: [],
  } satisfies Moves<typeof runStates>,
  stepRun: {
    WAITING: ["READY", "CACHED", "SUCCEEDED", "FAILED", "SKIPPED", "CANCELLED"],
    // The end of an app whose start was not written down any more follows on READY itself.
    READY: ["RUNNING", "WAITING_GRANT", "CACHED", "CANCELLING", "SUCCEEDED", "FAILED", "CANCELLED"],
    RUNNING: ["CANCELLING", ...ended],
    // Back to READY: a home that was set back is told that it has made a later attempt.
    WAITING_GRANT: ["READY", "WAITING_CONSENT", "SUBMITTING", ...progress, "CANCELLING", "FAILED"],
    // And of one that rests in its backup, that it was sent.
    WAITING_CONSENT: ["WAITING_GRANT", "SUBMITTING", ...progress, "CANCELLING", "FAILED"],
    SUBMITTING: ["READY", "WAITING_CONSENT", ...progress, "UNREACHABLE", "CANCELLING", "FAILED"],
    REMOTE_QUEUED: ["REMOTE_RUNNING", "FETCHING", "UNREACHABLE", "CANCELLING", "FAILED"],
    REMOTE_RUNNING: ["FETCHING", "UNREACHABLE", "CANCELLING", "FAILED"],
    UNREACHABLE: ["WAITING_CONSENT", "SUBMITTING", ...progress, "CANCELLING", ...ended],
    FETCHING: ["UNREACHABLE", "CANCELLING", ...ended],
    CANCELLING: ["SUCCEEDED", "CANCELLED"],
    SUCCEEDED: [],
    FAILED: [],
    CANCELLED: [],
    SKIPPED: [],
    CACHED: [],
  } satisfies Moves<typeof stepStates>,
  remoteAttempt: {
    // A home that was set back hears of attempts which it does not remember to have sent.
    WAITING_GRANT: ["SUBMITTING", "REMOTE_QUEUED", "REMOTE_RUNNING", "FETCHING", "ENDED"],
    // Its host knows nothing of it and its consent ran out: it is as if it had never been sent.
    SUBMITTING: ["WAITING_GRANT", "REMOTE_QUEUED", "REMOTE_RUNNING", "FETCHING", "ENDED"],
    REMOTE_QUEUED: ["REMOTE_RUNNING", "FETCHING", "ENDED"],
    REMOTE_RUNNING: ["FETCHING", "ENDED"],
    FETCHING: ["ENDED"],
    ENDED: [],
  } satisfies Moves<typeof remoteAttemptStates>,
  hostedRun: {
    RECEIVED: ["QUEUED", "RESULTS_READY"],
    QUEUED: ["RUNNING", "CANCELLING", "REVOKING", "RESULTS_READY"],
    RUNNING: ["CANCELLING", "REVOKING", "RESULTS_READY"],
    CANCELLING: ["REVOKING", "RESULTS_READY"],
    REVOKING: ["RESULTS_READY"],
    RESULTS_READY: ["ACKED"],
    ACKED: [],
  } satisfies Moves<typeof hostStates>,
  execution: {
    QUEUED: ["STARTING", "ENDED"],
    STARTING: ["QUEUED", "RUNNING", "ENDED"],
    RUNNING: ["ENDED"],
    ENDED: [],
  } satisfies Moves<typeof executionStates>,
  hostAgreement: {
    REQUESTED: ["APPROVED", "ACTIVE", "REJECTED", "REVOKED"],
    APPROVED: ["ACTIVE", "REVOKED"],
    ACTIVE: ["SUSPENDED", "REVOKED"],
    SUSPENDED: ["ACTIVE", "REVOKED"],
    REVOKED: [],
    REJECTED: [],
  } satisfies Moves<typeof hostAgreementStates>,
  hubAgreement: {
    REQUESTED: ["ACTIVE", "REVOKING", "REVOKED", "EXPIRED", "REJECTED"],
    APPROVED: [],
    ACTIVE: ["SUSPENDED", "REVOKING", "REVOKED", "EXPIRED"],
    SUSPENDED: ["ACTIVE", "REVOKING", "REVOKED", "EXPIRED"],
    REVOKING: ["REVOKED"],
    REVOKED: [],
    EXPIRED: [],
    REJECTED: [],
  } satisfies Moves<typeof agreementStates>,
  cluster: {
    INVITED: ["PENDING"],
    PENDING: ["ACTIVE", "INVITED"],
    ACTIVE: ["SUSPENDED", "INVITED"],
    SUSPENDED: ["ACTIVE", "INVITED"],
  } satisfies Moves<typeof clusterStates>,
} as const;

export type Machine = keyof typeof moves;
export type StateOf<M extends Machine> = keyof (typeof moves)[M] & string;

/** The states in which a row is written first. */
export const beginnings = {
  run: ["QUEUED"],
  // A scattered step's further instances are made when it is ready.
  stepRun: ["WAITING", "READY"],
  remoteAttempt: ["WAITING_GRANT"],
  hostedRun: ["RECEIVED", "QUEUED"],
  execution: ["QUEUED"],
  hostAgreement: ["REQUESTED", "APPROVED", "ACTIVE"],
  hubAgreement: ["REQUESTED"],
  cluster: ["INVITED"],
} as const satisfies { [M in Machine]: readonly StateOf<M>[] };

/** Where a person's retry takes up again what was over; nothing else leaves a terminal state. */
export const reopenings = {
  run: { FAILED: ["RUNNING"], CANCELLED: ["RUNNING"] },
  stepRun: { FAILED: ["READY", "WAITING"], CANCELLED: ["READY", "WAITING"], SKIPPED: ["WAITING"], CACHED: ["READY"] },
} as const satisfies { [M in Machine]?: { [From in StateOf<M>]?: readonly StateOf<M>[] } };

type Table = Readonly<Record<string, readonly string[]>>;

/** Whether a state may become another one; to stay is always allowed. */
export function mayMove<M extends Machine>(machine: M, from: StateOf<M>, to: StateOf<M>): boolean {
  const table: Table = moves[machine];
  return from === to || (table[from] ?? []).includes(to);
}

/** The states that may become this one, itself among them. */
export function sourcesOf<M extends Machine>(machine: M, to: StateOf<M>): StateOf<M>[] {
  return (Object.keys(moves[machine]) as StateOf<M>[]).filter((from) => mayMove(machine, from, to));
}

/** The states from which a person's retry leads to this one. */
export function reopenedFrom<M extends keyof typeof reopenings>(machine: M, to: StateOf<M>): StateOf<M>[] {
  const table: Table = reopenings[machine];
  return (Object.keys(table) as StateOf<M>[]).filter((from) => table[from]?.includes(to));
}
