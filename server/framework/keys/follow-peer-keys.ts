import type { z } from "zod";
import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import type { heartbeatAnswer } from "#server/protocol/framework-api";
import {
  type KeyAnnouncement,
  keyAnnouncement,
  readKeyAnnouncement,
  type SignedKeyAnnouncement,
} from "#server/protocol/key-change";
import { afterChange, isChangeDue, refusalOfAnnouncement } from "#server/protocol/key-rules";
import { fingerprintOf, thumbprintOf } from "#server/protocol/keys";
import { claimedIn } from "#server/protocol/signed-document";
import { type FrameworkContext, within } from "../context";
import { holdPeer, listPeers, type Peer, savePeerKeys } from "../hosting/peers";

type ToldPeer = z.infer<typeof heartbeatAnswer>["peers"][number];

/** When the hub had last heard each peer, in the words that this process was told: what was announced before must have come before. */
const lastHeard = new Map<string, Date>();

const entryOf = (name: string, jkt: string) => ({ actor: name, subject: `peer:${name}`, detail: { jkt } });

/** The next key counts from its time on; whoever looks at the row goes by the clock, and this writes it down. */
async function settle(ctx: FrameworkContext, peer: Peer): Promise<Peer> {
  if (!peer.keyChange || !isChangeDue(peer, ctx.now())) return peer;
  const { jkt } = peer.keyChange;
  const changed = await savePeerKeys(ctx, peer, afterChange(peer));
  await recordEntry(ctx.db, ctx.now(), { ...entryOf(peer.name, jkt), action: "peer.key_changed" });
  return changed;
}

const isKnown = (peer: Peer, { byPresentKey }: SignedKeyAnnouncement) =>
  peer.keyChange?.byPresentKey === byPresentKey ||
  peer.formerKeys.some(({ change }) => change?.byPresentKey === byPresentKey);

type Told = { signed: SignedKeyAnnouncement; heardAt: Date | undefined };

async function readBy(peer: Peer, signed: SignedKeyAnnouncement): Promise<KeyAnnouncement> {
  try {
    return await readKeyAnnouncement(peer.key, signed);
  } catch (cause) {
    throw new KrdcError("unauthenticated", "signature.invalid", { cause });
  }
}

/** Only the key that we pinned together with the next one makes an announcement; whoever carries it can only withhold it. */
async function note(ctx: FrameworkContext, peer: Peer, { signed, heardAt }: Told): Promise<Peer> {
  if (isKnown(peer, signed)) return peer;
  const said = await readBy(peer, signed);
  const jkt = await thumbprintOf(said.key);
  // One announcement has many valid signatures; none of them undoes what was decided about its key.
  if (peer.keyChange?.jkt === jkt) return peer;
  const announced = { said, jkt, cluster: peer.name, record: peer, heardAt, now: ctx.now() };
  const refusal = refusalOfAnnouncement(announced, ctx.timing);
  if (refusal) throw new KrdcError("forbidden", refusal);
  const { announcedAt, effectiveAt } = said;
  const detail = { jkt, fingerprint: fingerprintOf(said.key).join(" · "), announcedAt, effectiveAt };
  await recordEntry(ctx.db, ctx.now(), { ...entryOf(peer.name, jkt), detail, action: "peer.key_announced" });
  const keyChange = { ...signed, announcement: said, jkt, forbiddenBy: null };
  return settle(ctx, await savePeerKeys(ctx, peer, { ...peer, keyChange }));
}

async function noteForbidden(ctx: FrameworkContext, peer: Peer, jkt: string | undefined): Promise<void> {
  const { keyChange } = peer;
  if (!keyChange || keyChange.jkt !== jkt || keyChange.forbiddenBy !== null) return;
  await savePeerKeys(ctx, peer, { ...peer, keyChange: { ...keyChange, forbiddenBy: "hub" } });
  const entry = { ...entryOf(peer.name, jkt), actor: "hub", action: "peer.key_forbidden" };
  await recordEntry(ctx.db, ctx.now(), entry);
}

/** What led to the key that we have: known, or from before our operator pinned that one. */
async function ancestorsIn(peer: Peer, changes: readonly SignedKeyAnnouncement[]): Promise<Set<SignedKeyAnnouncement>> {
  const known = new Set([peer.jkt]);
  const found = new Set<SignedKeyAnnouncement>();
  for (const signed of [...changes].reverse()) {
    const claimed = keyAnnouncement.safeParse(claimedIn(signed.byPresentKey));
    if (!claimed.success || !known.has(await thumbprintOf(claimed.data.key))) continue;
    known.add(claimed.data.replaces);
    found.add(signed);
  }
  return found;
}

/** When the hub had heard this peer before it brought any news; only a word without news is remembered, and none before another. */
function noteHeard(key: string, heardAt: string | undefined, hasNews: boolean): Date | undefined {
  const before = lastHeard.get(key);
  const at = heardAt === undefined ? undefined : new Date(heardAt);
  if (at && !hasNews && !(before && at < before)) lastHeard.set(key, at);
  return before;
}

/** The first that does not count ends the row. */
async function followOne(ctx: FrameworkContext, told: ToldPeer): Promise<void> {
  await ctx.db.transaction(async (db) => {
    const inside = within(ctx, db);
    const pinned = await holdPeer(inside, told.name);
    if (!pinned) return;
    let peer = await settle(inside, pinned);
    await noteForbidden(inside, peer, told.forbiddenKey);
    const changes = told.keyChanges ?? [];
    const old = await ancestorsIn(peer, changes);
    const news = changes.filter((signed) => !old.has(signed) && !isKnown(peer, signed));
    const heardAt = noteHeard(`${ctx.name}:${told.name}`, told.heardAt, news.length > 0);
    for (const signed of news) peer = await note(inside, peer, { signed, heardAt });
  });
}

/** Follows what peers announced of their keys, and their changes when the time has come. */
export async function followPeerKeys(ctx: FrameworkContext, told: readonly ToldPeer[]): Promise<void> {
  for (const one of told) {
    await followOne(ctx, one).catch((error: unknown) => {
      if (!(error instanceof KrdcError)) throw error;
      ctx.log.warn({ peer: one.name, reason: error.reason }, "an announced key is not followed");
    });
  }
}

/** Changes of peers that take effect while the hub is silent. */
export async function settlePeerKeys(ctx: FrameworkContext): Promise<void> {
  for (const { name, keyChange } of await listPeers(ctx)) {
    if (!keyChange) continue;
    await ctx.db.transaction(async (db) => {
      const inside = within(ctx, db);
      const peer = await holdPeer(inside, name);
      if (peer) await settle(inside, peer);
    });
  }
}
