import { decodeProtectedHeader, jwtVerify } from "jose";
import { KrdcError } from "#server/errors";
import { portalTokenClaims, portalTokenLifetimeSeconds, portalTokenType } from "#server/protocol/framework-api";
import { importSigningKey } from "#server/protocol/keys";
import { verifyProof } from "#server/protocol/proof";
import type { Call, Check } from "../call";
import { isReplayed } from "../replays";
import { bearerOf, headerOf, htuOf } from "./headers";

async function readToken(call: Call, token: string) {
  const { hub, name } = call.ctx;
  try {
    const found = hub.keys.tokenKey(decodeProtectedHeader(token).kid);
    if (!found || found === "not_now") throw new TypeError("no key of the hub's that signs now");
    const verified = await jwtVerify(token, await importSigningKey(found.key), {
      algorithms: ["EdDSA"],
      typ: portalTokenType,
      issuer: hub.url,
      audience: name,
      currentDate: call.ctx.now(),
      clockTolerance: 5,
    });
    const claims = portalTokenClaims.parse(verified.payload);
    if (claims.exp - claims.iat > portalTokenLifetimeSeconds)
      throw new TypeError("a portal token lives five minutes at most");
    if (found.until && claims.iat * 1000 > found.until.getTime()) throw new TypeError("signed after its key's end");
    return claims;
  } catch (cause) {
    throw new KrdcError("unauthenticated", "unauthenticated", { cause });
  }
}

/** A person's call through the portal: a five-minute token for this gateway, bound to the portal's key. It never widens what owners allowed. */
export const portalToken: Check = async (call) => {
  const token = bearerOf(call, "DPoP");
  if (!token) throw new KrdcError("unauthenticated", "unauthenticated");
  const claims = await readToken(call, token);
  const expected = { htm: call.method, htu: htuOf(call), accessToken: token };
  const proof = await verifyProof(headerOf(call, "dpop"), expected, call.ctx.now());
  const isFresh = call.method === "GET" || !isReplayed(proof.claims.jti, proof.jkt, call.ctx.now());
  if (proof.jkt !== claims.cnf.jkt || claims.user.sub !== claims.sub || !isFresh) {
    throw new KrdcError("unauthenticated", "unauthenticated");
  }
  call.user = claims.user;
  call.proof = { ...proof.claims, jkt: proof.jkt };
  return undefined;
};
