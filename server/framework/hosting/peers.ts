import { randomUUID } from "node:crypto";
import { z } from "zod";
import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import { clusterName } from "#server/graph/app";
import { readEncryptionCertificate } from "#server/protocol/encryption-certificate";
import { addressStatement, addressStatementType } from "#server/protocol/framework-api";
import { afterPinning, callingKeyOf, callingKeysOf, type KeyRecord } from "#server/protocol/key-rules";
import { publicKey, thumbprintOf } from "#server/protocol/keys";
import { isMailbox, mailboxOf } from "#server/protocol/reach";
import { readSignedDocument } from "#server/protocol/signed-document";
import { type FrameworkContext, within } from "../context";
import {
  lockPeer,
  nextEventSeq,
  type Peer,
  selectPeer,
  selectPeerByKey,
  selectPeers,
  updateCursor,
  updateEncryptionKey,
  updateGateway,
  updatePeerKeys,
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

/** The open peer that may call with this key now. */
export async function findPeerByKey(ctx: FrameworkContext, jkt: string): Promise<Peer | undefined> {
  const peer = await selectPeerByKey(ctx.db, jkt);
  if (!peer || !callingKeyOf(peer, jkt, ctx.now(), ctx.timing)) return undefined;
  return isOpen(peer) ? peer : undefined;
}

/** Whether nothing may begin for this home now. */
export const isSuspended = async (ctx: FrameworkContext, name: string) => !isOpen(await selectPeer(ctx.db, name));

/** The number under which this peer is told what changed for it. Last of all locks. */
export const nextNumberFor = (ctx: FrameworkContext, name: string) => nextEventSeq(ctx.db, name);

export const listPeers = (ctx: FrameworkContext) => selectPeers(ctx.db);
export const saveCursor = (ctx: FrameworkContext, name: string, cursor: number) => updateCursor(ctx.db, name, cursor);

/** Nobody has another cluster's mailbox. */
const isPossible = (name: string, gateway: string) => !isMailbox(gateway) || gateway === mailboxOf(name);

/** Our operator accepts other frameworks by their keys. */
export async function acceptPeers(ctx: FrameworkContext, accepted: z.infer<typeof acceptedPeers>): Promise<void> {
  for (const { name, jwk, gateway } of accepted.peers) {
    if (name === ctx.name) continue;
    if (!isPossible(name, gateway)) throw new KrdcError("invalid", "peer.wrong_mailbox", { detail: { name, gateway } });
    const jkt = await thumbprintOf(jwk);
    await ctx.db.transaction(async (db) => {
      const keys = afterPinning(await lockPeer(db, name), { jkt, key: jwk }, ctx.now());
      await upsertPeer(db, { name, gateway, ...keys }, ctx.now());
    });
  }
}

/** Takes a peer's lock for a change of its keys. */
export const holdPeer = (ctx: FrameworkContext, name: string): Promise<Peer | undefined> => lockPeer(ctx.db, name);

export async function savePeerKeys(ctx: FrameworkContext, peer: Peer, keys: KeyRecord): Promise<Peer> {
  const { jkt, key } = keys;
  if (jkt === null || key === null) throw new TypeError("a peer has a key");
  const saved = { jkt, key, keyChange: keys.keyChange, formerKeys: [...keys.formerKeys] };
  await updatePeerKeys(ctx.db, peer.name, saved);
  return { ...peer, ...saved };
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

type Told = { name: string; gateway: string; key: z.infer<typeof publicKey>; encryptionKey?: string | undefined };

/** What a peer certifies under a key that counts now: one that it has left could be a thief's by now. */
async function certificateOf(ctx: FrameworkContext, peer: Peer, jws: string | null | undefined) {
  if (!jws) return undefined;
  const keys = callingKeysOf(peer, ctx.now(), ctx.timing);
  return readEncryptionCertificate(keys, peer.name, jws).catch(() => undefined);
}

/** The newer of what we hold and what we are told; an older one is not told again. */
async function newestCertificate(ctx: FrameworkContext, known: Peer, told: Told) {
  const held = await certificateOf(ctx, known, known.encryptionKey);
  if (!told.encryptionKey || told.encryptionKey === known.encryptionKey) return held;
  const found = await certificateOf(ctx, known, told.encryptionKey);
  if (!found || (held && Date.parse(found.issuedAt) < Date.parse(held.issuedAt))) return held;
  await updateEncryptionKey(ctx.db, known.name, told.encryptionKey);
  return found;
}

/** At a mailbox nobody could answer: only the peer's own signed word makes one of its address. */
async function followOne(ctx: FrameworkContext, known: Peer, told: Told): Promise<void> {
  const { gateway, key } = told;
  const certificate = await newestCertificate(ctx, known, told);
  if (known.gateway === gateway) return;
  const isOwn = isMailbox(gateway)
    ? gateway === mailboxOf(known.name) && certificate?.gateway === gateway
    : await provesAddress(gateway, key);
  if (isOwn) await updateGateway(ctx.db, known.name, gateway);
}

/**
 * New addresses and encryption keys from the hub, for identity keys that are pinned already and that prove the one and sign
 * the other; a key of the hub's choosing is never taken.
 */
export async function followAddresses(ctx: FrameworkContext, told: Told[]): Promise<void> {
  for (const one of told) {
    const jkt = await thumbprintOf(one.key);
    const known = await selectPeerByKey(ctx.db, jkt);
    if (known && callingKeyOf(known, jkt, ctx.now(), ctx.timing)) await followOne(ctx, known, one);
  }
}
