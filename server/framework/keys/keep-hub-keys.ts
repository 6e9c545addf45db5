import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type HubPublicKey, hubSuccession } from "#server/protocol/key-change";
import { thumbprintOf } from "#server/protocol/keys";
import { writeDurably } from "#server/write-durably";
import type { PublishedHubKeys } from "./find-hub-keys";
import { HubKeys, type HubKeysPlace } from "./hub-keys";

const fileIn = (folder: string) => join(folder, "hub-key.json");
const keptFile = z.object({ first: hubSuccession.shape.key, successions: z.array(z.string()).default([]) });

/** Files of before the hub could change its key hold the one key. */
function keptIn(text: string): PublishedHubKeys {
  const read = JSON.parse(text);
  return keptFile.parse(read.first ? read : { first: read });
}

const isNamed = async ({ kid, ...key }: HubPublicKey) => kid === (await thumbprintOf(key));

/**
 * The hub's keys as an earlier start knew them, so that a framework opens its doors while the hub is away; undefined when
 * the key of our configuration is not among them.
 */
export async function readKeptHubKeys(
  folder: string,
  place: HubKeysPlace,
  thumbprint: string,
): Promise<HubKeys | undefined> {
  try {
    const { first, successions } = keptIn(await readFile(fileIn(folder), "utf8"));
    if (!(await isNamed(first))) return undefined;
    const keys = new HubKeys(place, first);
    await keys.follow(successions);
    return keys.has(thumbprint) ? keys : undefined;
  } catch {
    return undefined;
  }
}

export const keepHubKeys = (folder: string, keys: HubKeys): Promise<void> =>
  writeDurably(fileIn(folder), JSON.stringify(keys.kept));
