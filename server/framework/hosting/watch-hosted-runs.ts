import { type FrameworkContext, within } from "../context";
import { repeat } from "../repeat";
import { dueEnd } from "./due-end";
import { holdHostedRun, stopHostedRun } from "./end-hosted-runs";
import { type HostedKey, selectLiving } from "./hosted-runs.repo";
import { momentOf } from "./own-hosted-runs";

/** Looked at again under the locks: a renewal may have come meanwhile. */
async function endIfDue(ctx: FrameworkContext, key: HostedKey): Promise<void> {
  await ctx.db.transaction(async (db) => {
    const inside = within(ctx, db);
    const held = await holdHostedRun(inside, key);
    const due = held && dueEnd(held.row, held.agreement.document, momentOf(ctx));
    if (!due) return;
    await stopHostedRun(inside, held.row, due);
    ctx.log.info({ ...key, ...due }, "a hosted run is ended by the clock");
  });
}

/** Ends every hosted run whose time is over by one of the protocol's clocks. */
async function watchHostedRuns(ctx: FrameworkContext): Promise<void> {
  const at = momentOf(ctx);
  for (const row of await selectLiving(ctx.db)) {
    if (dueEnd(row, row.terms, at)) await endIfDue(ctx, row);
  }
}

/** Often enough that an end comes soon after its time, however short the protocol's times are set. */
function tickOf({ timing }: FrameworkContext): number {
  return Math.max(50, Math.min(1000, timing.leaseMs / 4, timing.freshMs / 4, timing.inputsMs / 4));
}

/** Watches the clocks for as long as the framework lives. */
export const startWatching = (ctx: FrameworkContext): (() => void) =>
  repeat(ctx, { name: "clocks", everyMs: tickOf(ctx), work: () => watchHostedRuns(ctx) });
