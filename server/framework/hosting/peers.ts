import { randomUUID } from "node:crypto";
import { z } from "zod";
import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import { clusterName } from "#server/graph/app";
import { addressStatement, addressStatementType } from "#server/protocol/framework-api";
import { publicKey, thumbprintOf } from "#server/protocol/keys";
import { readSignedDocument } from "#server/protocol/signed-document";
import { type FrameworkContext, within } from "../context";
import {
  type Peer,
  selectPeer,
  selectPeerByKey,
  selectPeers,
  updateCursor,
  updateGateway,
  updateSuspended,
  updateSuspendedByHub,
  upsertPeer,
} from "./peers.repo";
import { wakeHostedRuns } from "./wake-hosted-runs";

export type { Peer } from "./peers.repo";

export const acceptedPeers = z.strictObject({
  peers: z.array(z.strictObject({ name: clusterName, jwk: publicKey, gateway: z.url() })).max(1000),
});

/** Accepted, and suspended by nobody. */
export const isOpen = (peer: Peer | undefined) => peer?.suspendedAt === null && peer.suspendedByHubAt === null;

/** A peer that our operator accepted, and that neither our operator nor the hub suspended. */
export async function findPeer(ctx: FrameworkContext, name: string): Promise<Peer | undefined> {
  const peer = await selectPeer(ctx.db, name);
  return isOpen(peer) ? peer : undefined;
}

export async function findPeerByKey(ctx: FrameworkContext, jkt: string): Promise<Peer | undefined> {
  const peer = await selectPeerByKey(ctx.db, jkt);
  return isOpen(peer) ? peer : undefined;
}

/** Whether nothing may begin for this home now. */
export const isSuspended = async (ctx: FrameworkContext, name: string) => !isOpen(await selectPeer(ctx.db, name));

export const listPeers = (ctx: FrameworkContext) => selectPeers(ctx.db);
export const saveCursor = (ctx: FrameworkContext, name: string, cursor: number) => updateCursor(ctx.db, name, cursor);

/** Our operator accepts other frameworks by their keys. */
export async function acceptPeers(ctx: FrameworkContext, accepted: z.infer<typeof acceptedPeers>): Promise<void> {
  for (const { name, jwk, gateway } of accepted.peers) {
    if (name === ctx.name) continue;
    await upsertPeer(ctx.db, { name, jkt: await thumbprintOf(jwk), key: jwk, gateway }, ctx.now());
  }
}

export type PeerDecision = { by: string; name: string; proof?: Record<string, unknown> };

async function pausePeer(ctx: FrameworkContext, decided: PeerDecision, suspendedAt: Date | null): Promise<void> {
  const { by, name, proof = {} } = decided;
  await ctx.db.transaction(async (db) => {
    if (!(await updateSuspended(db, name, suspendedAt))) throw new KrdcError("not_found", "peer.not_found");
    const action = suspendedAt ? "peer.suspended" : "peer.resumed";
    await recordEntry(db, ctx.now(), { actor: by, action, subject: `peer:${name}`, detail: proof });
  });
}

/** Our operator ends dealings with a peer until further notice: it opens no door and nothing begins for it. */
export const suspendPeer = (ctx: FrameworkContext, decided: PeerDecision): Promise<void> =>
  pausePeer(ctx, decided, ctx.now());

/** Only our operator lifts what our operator did. */
export async function resumePeer(ctx: FrameworkContext, decided: PeerDecision): Promise<void> {
  await pausePeer(ctx, decided, null);
  await wakeHostedRuns(ctx);
}

/** Follows the hub's signed list of suspended members; what our operator suspended stays as it is. */
export async function followPeerSuspensions(ctx: FrameworkContext, names: string[]): Promise<void> {
  await ctx.db.transaction(async (db) => {
    const inside = within(ctx, db);
    for (const { name, isSuspended: isNow } of await updateSuspendedByHub(db, names, ctx.now())) {
      const action = isNow ? "peer.suspended" : "peer.resumed";
      await recordEntry(inside.db, ctx.now(), { actor: "hub", action, subject: `peer:${name}` });
    }
  });
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
