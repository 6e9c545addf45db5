import { acceptCheckpoint } from "#server/audit/accept-checkpoint";
import type { ClusterContext } from "../context";

/** A cluster gives the hub the head of its own chain to keep. */
export const takeCheckpoint = (ctx: ClusterContext, told: { checkpoint: string }): Promise<{ position: number }> =>
  acceptCheckpoint(ctx.db, ctx.now(), { chain: ctx.user.name, key: ctx.user.key }, told.checkpoint);
