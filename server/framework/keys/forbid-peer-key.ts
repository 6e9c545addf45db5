import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import { isTooLateToForbid } from "#server/protocol/key-rules";
import { fingerprintOf } from "#server/protocol/keys";
import { type FrameworkContext, within } from "../context";
import { holdPeer, type Peer, type PeerDecision, savePeerKeys } from "../hosting/peers";

/** The next key of a peer as our operator reads it. */
export type PeerKeyChange = {
  fingerprint: string;
  announcedAt: string;
  effectiveAt: string;
  forbiddenBy: string | null;
};

export function keyChangeOf({ keyChange }: Pick<Peer, "keyChange">): PeerKeyChange | undefined {
  if (!keyChange) return undefined;
  const { key, announcedAt, effectiveAt } = keyChange.announcement;
  const fingerprint = fingerprintOf(key).join(" · ");
  return { fingerprint, announcedAt, effectiveAt, forbiddenBy: keyChange.forbiddenBy };
}

/** Our operator forbids a peer's next key before it counts: here the pinned one stays, until that peer is suspended or accepted anew. */
export async function forbidPeerKey(ctx: FrameworkContext, { by, name, proof = {} }: PeerDecision): Promise<void> {
  await ctx.db.transaction(async (db) => {
    const inside = within(ctx, db);
    const peer = await holdPeer(inside, name);
    if (!peer) throw new KrdcError("not_found", "peer.not_found");
    const { keyChange } = peer;
    if (!keyChange) throw new KrdcError("not_found", "key_change.none");
    if (keyChange.forbiddenBy !== null) return;
    if (isTooLateToForbid(keyChange, ctx.now(), ctx.timing)) throw new KrdcError("conflict", "key_change.too_late");
    await savePeerKeys(inside, peer, { ...peer, keyChange: { ...keyChange, forbiddenBy: by } });
    const detail = { jkt: keyChange.jkt, ...proof };
    await recordEntry(db, ctx.now(), { actor: by, action: "peer.key_forbidden", subject: `peer:${name}`, detail });
  });
}
