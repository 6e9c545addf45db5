import { createHash, randomUUID } from "node:crypto";
import { decodeProtectedHeader, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { KrdcError } from "#server/errors";
import { isCanonicalToken } from "./canonical";
import { importSigningKey, type PrivateKey, type PublicKey, publicKey, publicPart, thumbprintOf } from "./keys";

/** How far two clocks may differ, in seconds, before a proof is refused as `clock_skew`. */
export const proofSkewSeconds = 25;

export type Proven = { htm: string; htu: string; bodySha256?: string | undefined; accessToken?: string | undefined };

const base64Hash = (text: string) => createHash("sha256").update(text).digest("base64url");

/** Proof of possession of a key for one call (RFC 9449) with a digest of the body added. */
export async function makeProof(key: PrivateKey, call: Proven, now: Date): Promise<string> {
  const claims = {
    htm: call.htm,
    htu: call.htu,
    jti: randomUUID(),
    ...(call.bodySha256 ? { body_sha256: call.bodySha256 } : {}),
    ...(call.accessToken ? { ath: base64Hash(call.accessToken) } : {}),
  };
  return new SignJWT(claims)
    .setProtectedHeader({ typ: "dpop+jwt", alg: "ES256", jwk: publicPart(key) })
    .setIssuedAt(Math.floor(now.getTime() / 1000))
    .sign(await importSigningKey(key));
}

const header = z.strictObject({ typ: z.literal("dpop+jwt"), alg: z.literal("ES256"), jwk: publicKey });
const payload = z.strictObject({
  htm: z.string(),
  htu: z.string(),
  iat: z.int(),
  jti: z.string().min(8).max(128),
  body_sha256: z.string().optional(),
  ath: z.string().optional(),
});
export type ProofClaims = z.infer<typeof payload>;

const refuse = (reason = "unauthenticated") => new KrdcError("unauthenticated", reason);

/**
 * Checks a proof's form, signature, method, address, time and token binding, and says whose key made it.
 * The body digest is returned for the caller, who reads the body.
 */
export async function verifyProof(
  proof: string | undefined,
  expected: { htm: string; htu: string; accessToken?: string | undefined },
  now: Date,
): Promise<{ jkt: string; key: PublicKey; claims: ProofClaims }> {
  if (!proof || proof.length > 4096 || !isCanonicalToken(proof)) throw refuse();
  try {
    const { jwk } = header.parse(decodeProtectedHeader(proof));
    const verified = await jwtVerify(proof, await importSigningKey(jwk), {
      algorithms: ["ES256"],
      typ: "dpop+jwt",
      currentDate: now,
      clockTolerance: 365 * 86400,
    });
    const claims = payload.parse(verified.payload);
    if (claims.htm !== expected.htm || claims.htu !== expected.htu) throw refuse();
    if ((claims.ath ?? "") !== (expected.accessToken ? base64Hash(expected.accessToken) : "")) throw refuse();
    if (Math.abs(now.getTime() / 1000 - claims.iat) > proofSkewSeconds) throw refuse("clock_skew");
    return { jkt: await thumbprintOf(jwk), key: jwk, claims };
  } catch (cause) {
    if (cause instanceof KrdcError) throw cause;
    throw new KrdcError("unauthenticated", "unauthenticated", { cause });
  }
}
