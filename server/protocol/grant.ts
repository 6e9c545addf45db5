import { decodeProtectedHeader, type JWK, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { KrdcError } from "#server/errors";
import { appName, clusterName, digest, sha256Hex } from "#server/graph/app";
import { isCanonicalToken } from "./canonical";
import { importSigningKey } from "./keys";
import { limits } from "./limits";
import { proofSkewSeconds } from "./proof";

export const grantType = "krdc-grant+jwt";
export const grantLifetimeSeconds = 600;

/** What one grant allows: exactly one attempt of one step with these parameters and inputs (RFC 9396 details). */
const grantDetails = z.strictObject({
  type: z.literal("krdc_step"),
  app: appName,
  version: z.string().max(64),
  digest,
  runId: z.uuid(),
  step: z.string().max(80),
  index: z.int().min(0),
  attempt: z.int().min(1),
  runKey: sha256Hex,
  parametersHash: sha256Hex,
  inputsHash: sha256Hex,
  agreementId: z.uuid(),
  authorizationId: z.uuid(),
  limits,
  resultsLifetimeDays: z.int().min(14).max(365),
});
export type GrantDetails = z.infer<typeof grantDetails>;

export const grantClaims = z.strictObject({
  iss: z.url(),
  aud: clusterName,
  sub: z.string().min(1).max(128),
  jti: z.uuid(),
  iat: z.int(),
  nbf: z.int(),
  exp: z.int(),
  cnf: z.strictObject({ jkt: z.string().min(40).max(50) }),
  home: clusterName,
  authorization_details: z.tuple([grantDetails]),
});
export type GrantClaims = z.infer<typeof grantClaims>;

/** The hub signs: `key` is its private Ed25519 JWK with a kid. */
export async function signGrant(key: JWK, claims: GrantClaims): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "EdDSA", typ: grantType, kid: String(key.kid) })
    .sign(await importSigningKey(key));
}

const grantHeader = z.strictObject({ alg: z.literal("EdDSA"), typ: z.literal(grantType), kid: z.string().max(100) });

/** Exact typ and alg, no key or critical header; says which pinned key must verify it. */
export function readGrantHeader(token: string): { kid: string } {
  try {
    if (!isCanonicalToken(token)) throw new TypeError("a token has one spelling");
    return grantHeader.parse(decodeProtectedHeader(token));
  } catch (cause) {
    throw new KrdcError("unauthenticated", "unauthenticated", { cause });
  }
}

/** Signature by the pinned hub key, issuer, audience and times, as far as honest clocks may differ; expiry is told as such. */
export async function verifyGrant(
  token: string,
  expected: { key: JWK; issuer: string; audience: string },
  now: Date,
): Promise<GrantClaims> {
  try {
    const verified = await jwtVerify(token, await importSigningKey(expected.key), {
      algorithms: ["EdDSA"],
      typ: grantType,
      issuer: expected.issuer,
      audience: expected.audience,
      currentDate: now,
      clockTolerance: proofSkewSeconds,
      requiredClaims: ["exp", "nbf", "iat", "jti"],
    });
    const claims = grantClaims.parse(verified.payload);
    if (claims.exp - claims.iat > grantLifetimeSeconds) throw new TypeError("a grant lives ten minutes at most");
    return claims;
  } catch (cause) {
    const expired = cause instanceof Error && "code" in cause && cause.code === "ERR_JWT_EXPIRED";
    throw new KrdcError("unauthenticated", expired ? "grant.expired" : "unauthenticated", { cause });
  }
}
