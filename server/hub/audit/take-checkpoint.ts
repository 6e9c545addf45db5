import { acceptCheckpoint, type Held } from "#server/audit/accept-checkpoint";
import type { ClusterContext } from "../context";
import { chainOfCluster } from "./own-chain";

/** A cluster gives the hub the head of its own chain to keep. */
export const takeCheckpoint = (ctx: ClusterContext, told: { checkpoint: string }): Promise<Held> =>
  acceptCheckpoint(ctx.db, ctx.now(), chainOfCluster(ctx, ctx.user), told.checkpoint);
