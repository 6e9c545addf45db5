import { sha256Hex } from "#server/protocol/canonical";

/** The name of an interrupted transfer: one for each file of each attempt with each peer. */
export const partOf = (
  attempt: { home?: string; host?: string; runKey: string; attempt: number },
  sha256: string,
): string => sha256Hex([attempt.home ?? attempt.host, attempt.runKey, attempt.attempt, sha256].join(":"));
