import { findCheckpoint } from "#server/audit/sign-checkpoint";
import { hubChain } from "#server/protocol/audit";
import type { ClusterContext } from "../context";

/** The head of the hub's chain as it was last signed, for a cluster to keep. */
export async function getCheckpoint(ctx: ClusterContext): Promise<{ checkpoint: string | null }> {
  const newest = await findCheckpoint(ctx.db, hubChain);
  return { checkpoint: newest?.signature ?? null };
}
