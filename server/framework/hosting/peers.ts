import { z } from "zod";
import { clusterName } from "#server/graph/app";
import { publicKey, thumbprintOf } from "#server/protocol/keys";
import type { FrameworkContext } from "../context";
import {
  type Peer,
  selectPeer,
  selectPeerByKey,
  selectPeers,
  updateCursor,
  updateGateway,
  upsertPeer,
} from "./peers.repo";

export type { Peer } from "./peers.repo";

export const acceptedPeers = z.strictObject({
  peers: z.array(z.strictObject({ name: clusterName, jwk: publicKey, gateway: z.url() })).max(1000),
});

/** A peer that our operator accepted and did not suspend. */
export async function findPeer(ctx: FrameworkContext, name: string): Promise<Peer | undefined> {
  const peer = await selectPeer(ctx.db, name);
  return peer?.suspendedAt === null ? peer : undefined;
}

export async function findPeerByKey(ctx: FrameworkContext, jkt: string): Promise<Peer | undefined> {
  const peer = await selectPeerByKey(ctx.db, jkt);
  return peer?.suspendedAt === null ? peer : undefined;
}

export const listPeers = (ctx: FrameworkContext) => selectPeers(ctx.db);
export const saveCursor = (ctx: FrameworkContext, name: string, cursor: number) => updateCursor(ctx.db, name, cursor);

/** Our operator accepts other frameworks by their keys. */
export async function acceptPeers(ctx: FrameworkContext, accepted: z.infer<typeof acceptedPeers>): Promise<void> {
  for (const { name, jwk, gateway } of accepted.peers) {
    if (name === ctx.name) continue;
    await upsertPeer(ctx.db, { name, jkt: await thumbprintOf(jwk), key: jwk, gateway }, ctx.now());
  }
}

/** New addresses from the hub, for keys that are pinned already; a key of the hub's choosing is never taken. */
export async function followAddresses(
  ctx: FrameworkContext,
  told: { name: string; gateway: string; key: z.infer<typeof publicKey> }[],
) {
  for (const { gateway, key } of told) {
    const jkt = await thumbprintOf(key);
    const known = await selectPeerByKey(ctx.db, jkt);
    if (known && known.gateway !== gateway) await updateGateway(ctx.db, jkt, gateway);
  }
}
