import { chainEntries } from "#server/audit/chain-entries";
import type { FrameworkContext } from "../context";
import { exchangeCheckpoints, type Told } from "./exchange-checkpoints";

const chainMs = 1000;
/** How often in the time between two checkpoints it is looked whether one is due. */
const looks = 12;

/** Does the work again and again with a pause between; a turn that failed is followed by the next. */
function again(ctx: FrameworkContext, everyMs: number, work: () => Promise<unknown>): () => void {
  let timer: NodeJS.Timeout;
  let isStopped = false;
  const wait = () => {
    timer = setTimeout(async () => {
      await work().catch((error: unknown) => {
        if (!isStopped)
          ctx.log.warn({ error: error instanceof Error ? error.message : error }, "the audit chain waits");
      });
      if (!isStopped && !ctx.stopping.aborted) wait();
    }, everyMs);
  };
  wait();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

/** Decisions are in the chain within a second or so; others hold its head about a minute later. */
export function startAuditing(ctx: FrameworkContext): () => void {
  const told: Told = new Map();
  const { checkpointMs } = ctx.timing;
  const stops = [
    again(ctx, chainMs, () => chainEntries(ctx.db)),
    again(ctx, checkpointMs / looks, () => exchangeCheckpoints(ctx, told, checkpointMs)),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
