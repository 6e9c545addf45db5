import { type KeyTiming, keyTimingOf } from "#server/protocol/key-rules";

/** The waiting times of the federation protocol, in milliseconds. */
export type Timing = KeyTiming & {
  /** Home's interest in an attempt lives this long after each renewal. */
  leaseMs: number;
  renewLeaseMs: number;
  /** Word from the hub about narrowed permissions that is older than this starts nothing. */
  freshMs: number;
  statusPollMs: number;
  heartbeatMs: number;
  /** An accepted run whose inputs do not come is ended after this. */
  inputsMs: number;
  reconcileMs: number;
  /** The head of the audit chain is signed and told to others at most this often. */
  checkpointMs: number;
  /** A run whose consent ran out asks the hub this often whether it was renewed, in case nobody told it. */
  consentMs: number;
};

/** Design: two clocks. `scale` divides them all. */
export const timingOf = (scale: number): Timing => ({
  ...keyTimingOf(scale),
  leaseMs: (40 * 60_000) / scale,
  renewLeaseMs: 60_000 / scale,
  freshMs: 120_000 / scale,
  statusPollMs: 20_000 / scale,
  heartbeatMs: 15_000 / scale,
  inputsMs: (24 * 3_600_000) / scale,
  reconcileMs: 3_600_000 / scale,
  checkpointMs: 60_000 / scale,
  consentMs: 300_000 / scale,
});
