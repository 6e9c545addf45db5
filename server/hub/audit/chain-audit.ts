import { chainEntries } from "#server/audit/chain-entries";
import { checkpointMs, signCheckpoint } from "#server/audit/sign-checkpoint";
import type { AnyContext } from "../context";
import { ownChain } from "./own-chain";

/** Chains what was decided since the last time, and signs the head when that is due; clusters come for it. */
export async function chainAudit(ctx: AnyContext): Promise<void> {
  await chainEntries(ctx.db);
  await signCheckpoint(ctx.db, ownChain(ctx), { now: ctx.now(), minAgeMs: checkpointMs });
}
