import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { makeSigningKey, type PrivateKey, publicKey } from "#server/protocol/keys";

const keyFile = publicKey.extend({ d: z.string() });

/** The key to which letters to this cluster are sealed, made at its first start and never handed to anybody. */
export async function loadEncryptionKey(folder: string): Promise<PrivateKey> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, "encryption.json");
  const known = await readFile(path, "utf8").catch(() => undefined);
  if (known !== undefined) return keyFile.parse(JSON.parse(known));
  // One curve serves both uses; the certificate says which of its keys is for sealing.
  const made = await makeSigningKey();
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(made), { mode: 0o600, flag: "wx", flush: true });
  await rename(draft, path);
  return made;
}
