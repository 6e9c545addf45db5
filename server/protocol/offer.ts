import { z } from "zod";
import { budget } from "./agreement";
import { limits } from "./limits";
import { egress, parameterLimits } from "./parameter-limits";

/** The owner's published policy for one app, widened only at the framework's own door. */
export const offerDocument = z.strictObject({
  remote: z.enum(["open", "on-request", "closed"]),
  /** At most for each user, so that one takes no more than a share. */
  perUser: budget,
  /** At most for all users together, so that invented users gain nothing. */
  total: budget,
  perRun: limits,
  maxConcurrent: z.int().min(1),
  maxDays: z.int().min(1),
  /** What every agreement under it says of parameters and networks. */
  parameters: parameterLimits.optional(),
  egress: egress.optional(),
  onRevoke: z.enum(["kill", "drain"]),
  onDisconnect: z.enum(["hold", "kill"]),
  onHubSilent: z.enum(["continue", "kill"]),
});
export type OfferDocument = z.infer<typeof offerDocument>;
