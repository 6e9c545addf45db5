import { KrdcError } from "#server/errors";
import { verifyProof } from "#server/protocol/proof";
import { findPeerByKey } from "../../hosting/peers";
import type { Check } from "../call";
import { isReplayed } from "../replays";
import { bearerOf, headerOf, htuOf } from "./headers";

/** A fresh proof by the key of a framework that our operator accepted and did not suspend. */
export const proofByPinnedPeer: Check = async (call) => {
  const token = bearerOf(call, "DPoP");
  const expected = { htm: call.method, htu: htuOf(call), accessToken: token };
  const { jkt, claims } = await verifyProof(headerOf(call, "dpop"), expected, call.ctx.now());
  const peer = await findPeerByKey(call.ctx, jkt);
  if (!peer) throw new KrdcError("unauthenticated", "unauthenticated");
  if (call.method !== "GET" && isReplayed(claims.jti, jkt, call.ctx.now())) {
    throw new KrdcError("unauthenticated", "unauthenticated");
  }
  call.peer = peer;
  call.proof = { ...claims, jkt };
  if (token !== undefined) call.token = token;
  return undefined;
};
