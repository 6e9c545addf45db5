import type { FrameworkContext } from "../context";
import { getLoad } from "../execution/queue-execution";

/** How this framework stands, for its owner: also true while portal and hub are away. */
export async function getOwnStatus(ctx: FrameworkContext) {
  const { timing, freshness } = ctx;
  return {
    name: ctx.name,
    gateway: ctx.url,
    time: ctx.now().toISOString(),
    hub: {
      url: ctx.hub.url,
      /** Whether its word about narrowed permissions is fresh enough for hosted runs to begin. */
      isFresh: freshness.isFresh(timing.freshMs),
      ageMs: Math.round(freshness.ageMs()),
      freshMs: timing.freshMs,
    },
    slots: ctx.slots,
    ...(await getLoad(ctx)),
  };
}
