import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { z } from "zod";
import { sha256Hex } from "./canonical";

/** A public P-256 signing key as clusters show it to each other. */
export const publicKey = z.strictObject({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: z.string().min(40).max(50),
  y: z.string().min(40).max(50),
});
export type PublicKey = z.infer<typeof publicKey>;
export type PrivateKey = PublicKey & { d: string };

/** Makes a cluster's, portal's or operator's signing key (ES256). */
export async function makeSigningKey(): Promise<PrivateKey> {
  const pair = await generateKeyPair("ES256", { extractable: true });
  const jwk = await exportJWK(pair.privateKey);
  return { ...publicKey.parse({ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y }), d: String(jwk.d) };
}

export const publicPart = (key: PublicKey): PublicKey => ({ kty: "EC", crv: "P-256", x: key.x, y: key.y });

const rememberedKeys = 500;

/** Remembers what was made of the last few hundred keys: a strange key in a call costs its own call, never our memory. */
function remembering<T>(make: (key: JWK) => Promise<T>): (key: JWK) => Promise<T> {
  const made = new Map<string, Promise<T>>();
  return (key) => {
    const name = JSON.stringify(key);
    const known = made.get(name) ?? make(key);
    made.delete(name);
    made.set(name, known);
    known.catch(() => made.delete(name));
    const [oldest] = made.keys();
    if (made.size > rememberedKeys && oldest !== undefined) made.delete(oldest);
    return known;
  };
}

/** RFC 7638 thumbprint, base64url: the name of a key everywhere. */
export const thumbprintOf = remembering((key) => calculateJwkThumbprint(key, "sha256"));

export const importSigningKey = remembering((key) => importJWK(key, key.crv === "Ed25519" ? "EdDSA" : "ES256"));

/** Eight groups of four hex digits that people compare by eye. */
export function fingerprintOf(key: PublicKey): string[] {
  const hex = sha256Hex(`krdc-fingerprint:${key.x}.${key.y}`).slice(0, 32);
  return hex.match(/.{4}/g) ?? [];
}
