import { chainEntries } from "#server/audit/chain-entries";
import type { FrameworkContext } from "../context";
import { repeatAll } from "../repeat";
import { rememberHead } from "../restore/remember-head";
import { exchangeCheckpoints, type Told } from "./exchange-checkpoints";

const chainMs = 1000;
/** How often in the time between two checkpoints it is looked whether one is due. */
const looks = 12;

/** Decisions are in the chain within a second or so; others hold its head about a minute later. */
export function startAuditing(ctx: FrameworkContext): () => void {
  const told: Told = new Map();
  const { checkpointMs } = ctx.timing;
  return repeatAll(ctx, [
    { name: "audit-chain", everyMs: chainMs, work: () => chainEntries(ctx.db) },
    {
      name: "checkpoints",
      everyMs: checkpointMs / looks,
      work: async () => {
        await rememberHead(ctx);
        await exchangeCheckpoints(ctx, told, checkpointMs);
      },
    },
  ]);
}
