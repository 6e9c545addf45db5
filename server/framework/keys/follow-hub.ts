import { setTimeout as delay } from "node:timers/promises";
import { KrdcError } from "#server/errors";
import type { FrameworkContext } from "../context";
import { findHubKeys } from "./find-hub-keys";
import { HubKeys, type HubKeysPlace } from "./hub-keys";
import { keepHubKeys, readKeptHubKeys } from "./keep-hub-keys";

const againMs = 500;

type Wanted = { folder: string; thumbprint: string; waiting: () => void };

async function findAndFollow(place: HubKeysPlace, thumbprint: string): Promise<HubKeys> {
  const published = await findHubKeys(place.url, thumbprint);
  const keys = new HubKeys(place, published.first);
  await keys.follow(published.successions);
  return keys;
}

/** A framework outlives its hub, but its first start needs the hub's keys once; until then it waits. */
export async function openHubKeys(place: HubKeysPlace, { folder, thumbprint, waiting }: Wanted): Promise<HubKeys> {
  const kept = await readKeptHubKeys(folder, place, thumbprint);
  if (kept) return kept;
  for (;;) {
    try {
      const found = await findAndFollow(place, thumbprint);
      await keepHubKeys(folder, found);
      return found;
    } catch (error) {
      if (!(error instanceof KrdcError) || !error.retryable) throw error;
      waiting();
      await delay(againMs);
    }
  }
}

/** Takes successions from whoever brings them: only a trusted key's signature makes one count. */
export async function followHub(ctx: FrameworkContext, successions: readonly string[]): Promise<void> {
  if (await ctx.hub.keys.follow(successions)) await keepHubKeys(ctx.folder, ctx.hub.keys);
}

/** The hub told its newest succession: if that is news, it is asked for those between too. */
export async function hearOfHubKey(ctx: FrameworkContext, newest: string | undefined): Promise<void> {
  const { keys, url } = ctx.hub;
  if (newest === undefined || keys.hasHeard(newest)) return;
  const { successions } = await findHubKeys(url, keys.first.kid);
  await followHub(ctx, [...new Set([...successions, newest])]);
}
