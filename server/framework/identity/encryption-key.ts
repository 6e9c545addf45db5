import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { makeSigningKey, type PrivateKey, publicKey } from "#server/protocol/keys";
import { readIfThere, writeDurably } from "#server/write-durably";

const keyFile = publicKey.extend({ d: z.string() });

/** The key to which letters to this cluster are sealed, made at its first start and never handed to anybody. */
export async function loadEncryptionKey(folder: string): Promise<PrivateKey> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, "encryption.json");
  const known = await readIfThere(path);
  if (known !== undefined) return keyFile.parse(JSON.parse(known));
  // One curve serves both uses; the certificate says which of its keys is for sealing.
  const made = await makeSigningKey();
  await writeDurably(path, JSON.stringify(made));
  return made;
}
