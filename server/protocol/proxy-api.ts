import { z } from "zod";

/** What a proxy app may know of one remote attempt, and what it decides from. */
const proxyAttempt = z.strictObject({
  /** `{runKey}-{attempt}` */
  id: z.string().max(80),
  /** Stands before each line of its log where one proxy stands for several instances. */
  label: z.string().nullable(),
  submission: z.enum(["never_sent", "maybe_sent", "accepted"]),
  remote: z.enum(["unknown", "queued", "running", "ended"]),
  isCancelRequested: z.boolean(),
  waiting: z.string().nullable(),
});
export type ProxyAttempt = z.infer<typeof proxyAttempt>;

/**
 * What the home framework shows a proxy app: the attempts that are not over, and the code to exit with once none is left.
 * `version` changes with anything that matters.
 */
export const proxyView = z.strictObject({
  version: z.string(),
  attempts: z.array(proxyAttempt),
  exitCode: z.int().nullable(),
});
export type ProxyView = z.infer<typeof proxyView>;

/** What a proxy app may ask its own gateway to do; everything is done with the gateway's keys, never with its own. */
export const proxyActions = ["submit", "cancel", "fetch"] as const;
export type ProxyAction = (typeof proxyActions)[number];

/** Exit code of a proxy that was told to end without deciding anything: it is only a view and may be made again. */
export const detachedExitCode = 75;
