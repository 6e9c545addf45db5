import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { JWK } from "jose";
import { z } from "zod";
import { type HubPublicKey, hubSuccession } from "#server/protocol/key-change";
import { type HubLink, signingLinkOf } from "#server/protocol/key-rules";
import { writeDurably } from "#server/write-durably";

const privateKey = hubSuccession.shape.key.extend({ d: z.string() });
export type HubPrivateKey = z.infer<typeof privateKey>;

/** The keys after the first one, oldest first; a private half is forgotten when nothing it signed lives as a token. */
const keysFile = z.strictObject({
  first: z.string(),
  later: z.array(
    z.strictObject({
      key: hubSuccession.shape.key,
      d: z.string().optional(),
      effectiveAt: z.iso.datetime(),
      succession: z.string(),
    }),
  ),
});
export type HubKeysFile = z.infer<typeof keysFile>;

const fileIn = (folder: string) => join(folder, "hub-keys.json");

/** What is read by every call of a running portal is there whole or not at all. */
export const writeHubKeys = (folder: string, keys: HubKeysFile): Promise<void> =>
  writeDurably(fileIn(folder), JSON.stringify(keys));

/** The folder's keys, if they continue this first one; none are there before the first change. */
export function readHubKeys(folder: string | undefined, first: string): HubKeysFile {
  if (folder === undefined || versionOf(folder) === "none") return { first, later: [] };
  const read = keysFile.parse(JSON.parse(readFileSync(fileIn(folder), "utf8")));
  if (read.first !== first) throw new TypeError("hub-keys.json continues another key than HUB_SIGNING_KEY");
  return read;
}

/** Changes whenever another process of the portal wrote keys. */
export function versionOf(folder: string | undefined): string {
  if (folder === undefined) return "none";
  const stat = statSync(fileIn(folder), { throwIfNoEntry: false });
  return stat ? `${stat.ino}:${stat.mtimeMs}` : "none";
}

export type HubKeysNow = { signingKey: JWK & { kid: string }; chain: HubLink[]; successions: string[] };

const publicOf = ({ kty, crv, x, kid }: HubPublicKey): HubPublicKey => ({ kty, crv, x, kid });

/** Which key signs at a moment, and what everybody may know of all of them. */
export function hubKeysAt(first: HubPrivateKey, { later }: HubKeysFile, now: Date): HubKeysNow {
  const links = [
    { key: publicOf(first), d: first.d as string | undefined, from: null },
    ...later.map(({ key, d, effectiveAt }) => ({ key, d, from: new Date(effectiveAt) })),
  ];
  const signs = signingLinkOf(links, now);
  if (!signs?.d) throw new TypeError("the key that signs now has no private half");
  return {
    signingKey: { ...signs.key, d: signs.d },
    chain: links.map(({ key, from }) => ({ key, from })),
    successions: later.map(({ succession }) => succession),
  };
}
