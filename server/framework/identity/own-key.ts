import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { fingerprintOf, makeSigningKey, type PrivateKey, publicKey } from "#server/protocol/keys";

const keyFile = z.strictObject({ key: publicKey.extend({ d: z.string() }), uid: z.uuid() });

async function writeOnce(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  const file = await open(temporary, "wx", 0o600);
  await file.writeFile(text);
  await file.sync();
  await file.close();
  await rename(temporary, path);
}

/** The cluster's identity key, made inside the cluster at its first start and never handed to anybody. */
export async function loadOwnKey(folder: string): Promise<{ key: PrivateKey; uid: string }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, "identity.json");
  const known = await readFile(path, "utf8").catch(() => undefined);
  if (known !== undefined) return keyFile.parse(JSON.parse(known));
  const made = { key: await makeSigningKey(), uid: randomUUID() };
  await writeOnce(path, JSON.stringify(made));
  return made;
}

/** Writes the fingerprint where only somebody inside the cluster reads it. */
export async function writeFingerprint(folder: string, key: PrivateKey): Promise<void> {
  await writeFile(join(folder, "fingerprint"), `${fingerprintOf(key).join(" · ")}\n`, { mode: 0o600 });
}
