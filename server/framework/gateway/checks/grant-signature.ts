import { KrdcError } from "#server/errors";
import { readGrantHeader, verifyGrant } from "#server/protocol/grant";
import { type Check, proven } from "../call";

/** Signature by a key of the hub while that key signed, issuer, audience and times. */
export const grantSignature: Check = async (call) => {
  const { hub, name } = call.ctx;
  const token = proven(call, "token");
  const found = hub.keys.tokenKey(readGrantHeader(token).kid);
  if (!found || found === "not_now") throw new KrdcError("unauthenticated", "unauthenticated");
  const expected = { key: found.key, issuer: hub.url, audience: name };
  const claims = await verifyGrant(token, expected, call.ctx.now());
  if (found.until && claims.iat * 1000 > found.until.getTime()) {
    throw new KrdcError("unauthenticated", "unauthenticated");
  }
  call.claims = claims;
  return undefined;
};
