import { z } from "zod";

/** What the home framework shows a proxy app of its remote step. `version` changes with anything that matters. */
export const proxyView = z.strictObject({
  submission: z.enum(["never_sent", "maybe_sent", "accepted"]),
  remote: z.enum(["unknown", "queued", "running", "ended"]),
  isSettled: z.boolean(),
  isCancelRequested: z.boolean(),
  exitCode: z.int().nullable(),
  waiting: z.string().nullable(),
  version: z.string(),
});
export type ProxyView = z.infer<typeof proxyView>;

/** What a proxy app may ask its own gateway to do; everything is done with the gateway's keys, never with its own. */
export const proxyActions = ["submit", "cancel", "fetch"] as const;
export type ProxyAction = (typeof proxyActions)[number];

/** Exit code of a proxy that was told to end without deciding anything: it is only a view and may be made again. */
export const detachedExitCode = 75;
