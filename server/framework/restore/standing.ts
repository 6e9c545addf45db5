import { KrdcError } from "#server/errors";
import type { RestoreView } from "#server/protocol/set-back";
import type { FrameworkContext } from "../context";
import { evidenceOf, holdsUp, openParts, viewOf } from "./restore";
import { selectNewestRestore } from "./restores.repo";

const restored = "framework.restored";

type Standing = Pick<FrameworkContext, "db">;

/** Why nothing may begin while the database remembers less than happened; with a peer, why nothing with that peer. */
export async function restoreBar(ctx: Standing, peer?: string): Promise<{ wait: string } | undefined> {
  return holdsUp(await selectNewestRestore(ctx.db), peer) ? { wait: restored } : undefined;
}

/** Why nothing of our own may begin: not before others were asked once, as only they know where the whole machine was set back. */
export const ownBar = async (ctx: Standing & Pick<FrameworkContext, "past">): Promise<{ wait: string } | undefined> =>
  ctx.past.isAsked ? restoreBar(ctx) : { wait: restored };

/** Nothing is consumed: whoever asks, asks again. */
export async function refuseWhileRestored(ctx: Standing, peer?: string): Promise<void> {
  if (await restoreBar(ctx, peer)) throw new KrdcError("unavailable", restored);
}

/** When this database was last found to be older than what happened. */
export const lastNoticedAt = async (ctx: Standing): Promise<Date | undefined> =>
  (await selectNewestRestore(ctx.db))?.noticedAt;

/** 1 before the first restore; rises with each. */
export const epochOf = async (ctx: Standing): Promise<number> => (await selectNewestRestore(ctx.db))?.epoch ?? 1;

/** What is still open about the last restore, and what could not be taken back. */
export async function restoreProblems(ctx: Standing): Promise<string[]> {
  const found = await selectNewestRestore(ctx.db);
  if (!found) return [];
  return [...openParts(found, []), ...evidenceOf(found).left];
}

/** The last restore, for people; undefined if there never was one. */
export async function findRestore(ctx: Standing, peers: readonly string[]): Promise<RestoreView | undefined> {
  const found = await selectNewestRestore(ctx.db);
  return found && viewOf(found, peers);
}
