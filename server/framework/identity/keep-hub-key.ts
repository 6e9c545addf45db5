import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { JWK } from "jose";
import { thumbprintOf } from "#server/protocol/keys";

const fileIn = (folder: string) => join(folder, "hub-key.json");

/** The hub's key as an earlier start found it, so that a framework opens its doors while the hub is away. */
export async function readKeptHubKey(folder: string, thumbprint: string): Promise<JWK | undefined> {
  try {
    const { kty, crv, x, kid } = JSON.parse(await readFile(fileIn(folder), "utf8"));
    return (await thumbprintOf({ kty, crv, x })) === thumbprint ? { kty, crv, x, kid } : undefined;
  } catch {
    return undefined;
  }
}

export async function keepHubKey(folder: string, key: JWK): Promise<void> {
  const draft = `${fileIn(folder)}.tmp`;
  await writeFile(draft, JSON.stringify(key), { mode: 0o600 });
  await rename(draft, fileIn(folder));
}
