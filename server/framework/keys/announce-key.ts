import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import { type KeyAnnouncement, keyAnnouncementType } from "#server/protocol/key-change";
import { fingerprintOf, makeSigningKey, type PublicKey, publicPart, thumbprintOf } from "#server/protocol/keys";
import { signDocument } from "#server/protocol/signed-document";
import type { FrameworkContext } from "../context";

/** What the owner reads of an announced key. */
export type OwnKeyChange = {
  fingerprint: string;
  announcedAt: string;
  effectiveAt: string;
  /** Whether the hub has it; before that nobody else does. */
  isHeard: boolean;
};

/** The announced key as its owner reads it; undefined when none is on its way. */
export function findKeyChange({ keys }: Pick<FrameworkContext, "keys">): OwnKeyChange | undefined {
  const { next } = keys;
  if (!next) return undefined;
  const { announcedAt, effectiveAt } = next.announcement;
  return { fingerprint: fingerprintOf(next.key).join(" · "), announcedAt, effectiveAt, isHeard: next.isHeard };
}

function announcementOf(ctx: FrameworkContext, key: PublicKey): KeyAnnouncement {
  const now = ctx.now();
  return {
    schema: "krdc.key-change/v1",
    cluster: ctx.name,
    replaces: ctx.keys.present.jkt,
    key,
    announcedAt: now.toISOString(),
    effectiveAt: new Date(now.getTime() + ctx.timing.keyNoticeMs).toISOString(),
  };
}

/** Makes this cluster's next key and announces it to everybody; asked again, it tells of the one that is on its way. */
export async function announceKey(ctx: FrameworkContext, { by }: { by: string }): Promise<OwnKeyChange> {
  await settleOwnKey(ctx);
  const known = findKeyChange(ctx);
  if (known) return known;
  const key = await makeSigningKey();
  const jkt = await thumbprintOf(publicPart(key));
  const announcement = announcementOf(ctx, publicPart(key));
  const signed = {
    byPresentKey: await signDocument(ctx.keys.present.key, keyAnnouncementType, announcement),
    byNextKey: await signDocument(key, keyAnnouncementType, announcement),
  };
  const detail = { replaces: announcement.replaces, jkt, effectiveAt: announcement.effectiveAt };
  await recordEntry(ctx.db, ctx.now(), { actor: by, action: "key.announced", subject: `key:${jkt}`, detail });
  await ctx.keys.announce({ key, jkt, announcement, signed, isHeard: false });
  const announced = findKeyChange(ctx);
  if (!announced) throw new KrdcError("conflict", "key_change.forbidden");
  return announced;
}

/** Writes down a change whose time has come: the key counts already, here and elsewhere. */
export async function settleOwnKey(ctx: FrameworkContext): Promise<void> {
  const settled = await ctx.keys.settle();
  if (!settled) return;
  await ctx.keys.writeFingerprint();
  const { from, to } = settled;
  await recordEntry(ctx.db, ctx.now(), {
    actor: ctx.name,
    action: "key.changed",
    subject: `key:${to}`,
    detail: { from },
  });
}

/** What the hub says of our announcement: it has it, or its operator forbade it. */
export async function hearOfKeyChange(
  ctx: FrameworkContext,
  told: { jkt: string; isForbidden: boolean } | undefined,
): Promise<void> {
  if (!told) return;
  if (!told.isForbidden) return ctx.keys.heard(told.jkt);
  if (!(await ctx.keys.forget(told.jkt))) return;
  ctx.log.warn({ jkt: told.jkt }, "our next key is forbidden at the hub: the present one stays");
  await recordEntry(ctx.db, ctx.now(), { actor: "hub", action: "key.forbidden", subject: `key:${told.jkt}` });
}
