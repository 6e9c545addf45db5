import { verifyGrant } from "#server/protocol/grant";
import { type Check, proven } from "../call";

/** Signature by the hub, issuer, audience and times. */
export const grantSignature: Check = async (call) => {
  const { hub, name } = call.ctx;
  const expected = { key: hub.key, issuer: hub.url, audience: name };
  call.claims = await verifyGrant(proven(call, "token"), expected, call.ctx.now());
  return undefined;
};
