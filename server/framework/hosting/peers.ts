import { randomUUID } from "node:crypto";
import { z } from "zod";
import { clusterName } from "#server/graph/app";
import { addressStatement, addressStatementType } from "#server/protocol/framework-api";
import { publicKey, thumbprintOf } from "#server/protocol/keys";
import { readSignedDocument } from "#server/protocol/signed-document";
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

const statementLimit = 4096;

/** Whether whoever answers at this address holds the key: it signs our number together with the address itself. */
async function provesAddress(gateway: string, key: z.infer<typeof publicKey>): Promise<boolean> {
  const nonce = randomUUID();
  try {
    const signal = AbortSignal.timeout(3000);
    const answer = await fetch(`${gateway}/v1/identity?nonce=${nonce}`, { signal, redirect: "error" });
    if (Number(answer.headers.get("content-length") ?? statementLimit + 1) > statementLimit) return false;
    const { statement } = z.object({ statement: z.string() }).parse(await answer.json());
    const said = addressStatement.parse(await readSignedDocument(key, addressStatementType, statement));
    return said.nonce === nonce && said.gateway === gateway;
  } catch {
    return false;
  }
}

/** New addresses from the hub, for keys that are pinned already and that prove the address; a key of the hub's choosing is never taken. */
export async function followAddresses(
  ctx: FrameworkContext,
  told: { name: string; gateway: string; key: z.infer<typeof publicKey> }[],
) {
  for (const { gateway, key } of told) {
    const jkt = await thumbprintOf(key);
    const known = await selectPeerByKey(ctx.db, jkt);
    const isMoved = known !== undefined && known.gateway !== gateway;
    if (isMoved && (await provesAddress(gateway, key))) await updateGateway(ctx.db, jkt, gateway);
  }
}
