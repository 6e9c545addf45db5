import { randomBytes, randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { keyAnnouncement, signedKeyAnnouncement } from "#server/protocol/key-change";
import { makeSigningKey, publicKey, publicPart, thumbprintOf } from "#server/protocol/keys";
import { readIfThere, writeDurably } from "#server/write-durably";

const privateKey = publicKey.extend({ d: z.string() });

const next = z.strictObject({
  key: privateKey,
  jkt: z.string(),
  announcement: keyAnnouncement,
  signed: signedKeyAnnouncement,
  /** The hub has it, so that whoever must know it does; a key that nobody knows never takes effect. */
  isHeard: z.boolean(),
});

const former = z.strictObject({
  jkt: z.string(),
  key: publicKey,
  until: z.iso.datetime(),
  change: signedKeyAnnouncement,
  /** Kept for as long as calls under way are bound to it, then forgotten. */
  d: z.string().optional(),
});

const identityFile = z.strictObject({
  key: privateKey,
  jkt: z.string(),
  uid: z.uuid(),
  /** Opens the doors of this cluster's own proxy apps, whatever its key is. */
  proxySecret: z.string().min(40),
  next: next.nullable(),
  former: z.array(former),
});
export type Identity = z.infer<typeof identityFile>;
export type NextKey = z.infer<typeof next>;

const fileIn = (folder: string) => join(folder, "identity.json");

/** What every start reads is there whole or not at all. */
export const writeIdentity = (folder: string, identity: Identity): Promise<void> =>
  writeDurably(fileIn(folder), JSON.stringify(identity));

/** Files of before keys could be changed hold a key and a uid. */
async function completed(read: Record<string, unknown>): Promise<Identity> {
  const key = privateKey.parse(read.key);
  const fresh = { proxySecret: randomBytes(32).toString("base64url"), next: null, former: [] };
  return identityFile.parse({ ...fresh, jkt: await thumbprintOf(publicPart(key)), ...read });
}

/** The cluster's identity, made inside the cluster at its first start; its private keys are never handed to anybody. */
export async function readIdentity(folder: string): Promise<Identity> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const known = await readIfThere(fileIn(folder));
  const read = known === undefined ? { key: await makeSigningKey(), uid: randomUUID() } : JSON.parse(known);
  const identity = await completed(read);
  if (known === undefined || read.proxySecret === undefined) await writeIdentity(folder, identity);
  return identity;
}
