import { randomBytes, randomInt } from "node:crypto";
import { join } from "node:path";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";
import { z } from "zod";
import { readJson, writeJson } from "./bootstrap/hashing.js";

const passwordsFile = z.object({
  sessionKey: z.string(),
  nextAuthSecret: z.string(),
  oidcClientSecret: z.string(),
  ownerSecret_materials: z.string(),
  ownerSecret_bio: z.string(),
  demoPassword: z.string(),
  setupCode: z.string(),
  postgresAdmin: z.string(),
  krdc_hub: z.string(),
  krdc_materials: z.string(),
  krdc_bio: z.string(),
});

type Passwords = z.infer<typeof passwordsFile>;

export type Keys = {
  passwords: Passwords;
  hubSigningKey: JWK;
  hubThumbprint: string;
  portalKey: JWK;
  operatorKeys: Record<string, { privateKey: JWK; publicFile: string }>;
};

/** Secrets that are made once and kept; what is there is never made again. */
export async function openKeys(home: string, frameworks: readonly string[]): Promise<Keys> {
  const folder = join(home, "keys");
  const hubSigningKey = await keyIn(join(folder, "hub-signing.json"), "EdDSA");
  const operatorKeys: Keys["operatorKeys"] = {};
  for (const name of frameworks) {
    const privateKey = await keyIn(join(folder, `operator-${name}.json`), "ES256");
    const publicFile = join(folder, `operator-${name}.pub.json`);
    const { d: _, ...publicKey } = privateKey;
    writeJson(publicFile, publicKey);
    operatorKeys[name] = { privateKey, publicFile };
  }
  return {
    passwords: passwordsIn(join(folder, "passwords.json")),
    hubSigningKey,
    hubThumbprint: await calculateJwkThumbprint(hubSigningKey),
    portalKey: await keyIn(join(folder, "portal.json"), "ES256"),
    operatorKeys,
  };
}

async function keyIn(file: string, alg: "EdDSA" | "ES256"): Promise<JWK> {
  const kept = readJson(file) as JWK | undefined;
  if (kept?.kty) return kept;
  const options = alg === "EdDSA" ? { crv: "Ed25519", extractable: true } : { extractable: true };
  const { privateKey } = await generateKeyPair(alg, options);
  const key = await exportJWK(privateKey);
  const complete = alg === "EdDSA" ? { ...key, alg, use: "sig", kid: await calculateJwkThumbprint(key) } : key;
  writeJson(file, complete);
  return complete;
}

/** Each name is kept for itself, so that a new name never changes an old password. */
function passwordsIn(file: string): Passwords {
  const kept = passwordsFile.partial().safeParse(readJson(file));
  const fresh: Passwords = {
    sessionKey: randomBytes(32).toString("base64url"),
    nextAuthSecret: randomBytes(32).toString("base64url"),
    oidcClientSecret: randomBytes(32).toString("base64url"),
    ownerSecret_materials: randomBytes(32).toString("base64url"),
    ownerSecret_bio: randomBytes(32).toString("base64url"),
    demoPassword: easyWord(4, 2),
    setupCode: easyWord(4, 4),
    postgresAdmin: randomBytes(24).toString("hex"),
    krdc_hub: randomBytes(24).toString("hex"),
    krdc_materials: randomBytes(24).toString("hex"),
    krdc_bio: randomBytes(24).toString("hex"),
  };
  const all = { ...fresh, ...(kept.success ? kept.data : {}) };
  writeJson(file, all);
  return passwordsFile.parse(all);
}

/** Groups of letters and digits that nobody confuses when typing them from a screen. */
function easyWord(length: number, groups: number): string {
  const letters = "abcdefghjkmnpqrstuvwxyz23456789";
  const group = () => Array.from({ length }, () => letters[randomInt(letters.length)]).join("");
  return Array.from({ length: groups }, group).join("-");
}
