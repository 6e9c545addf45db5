import type { FrameworkContext } from "../context";
import { getLoad } from "../execution/queue-execution";
import { isOpen, listPeers } from "../hosting/peers";
import { findKeyChange } from "../keys/announce-key";
import { findRestore } from "../restore/standing";

/** How this framework stands, for its owner: also true while portal and hub are away. */
export async function getOwnStatus(ctx: FrameworkContext) {
  const { timing, freshness } = ctx;
  const peers = (await listPeers(ctx)).filter(isOpen).map(({ name }) => name);
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
    /** Its next key, while that is announced. */
    keyChange: findKeyChange(ctx) ?? null,
    /** The last time that its database was set back, until what it forgot has been read again. */
    restore: (await findRestore(ctx, peers)) ?? null,
    slots: ctx.slots,
    ...(await getLoad(ctx)),
  };
}
