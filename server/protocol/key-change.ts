import { z } from "zod";
import { clusterName } from "#server/graph/app";
import { canonicalJson } from "./canonical";
import { type PublicKey, publicKey } from "./keys";
import { readSignedDocument } from "./signed-document";

/**
 * A cluster announces its next identity key a day ahead. The announcement is signed by the present key and, as a second
 * signature over the same document, by the next one: neither a thief of the old key alone nor of the new alone can make it.
 */
export const keyAnnouncement = z.strictObject({
  schema: z.literal("krdc.key-change/v1"),
  cluster: clusterName,
  /** Thumbprint of the key that is being replaced. */
  replaces: z.string().min(40).max(50),
  key: publicKey,
  announcedAt: z.iso.datetime(),
  /** From then on the next key counts. */
  effectiveAt: z.iso.datetime(),
});
export type KeyAnnouncement = z.infer<typeof keyAnnouncement>;
export const keyAnnouncementType = "krdc-key-change+jws";

export const signedKeyAnnouncement = z.strictObject({
  byPresentKey: z.string().max(10_000),
  byNextKey: z.string().max(10_000),
});
export type SignedKeyAnnouncement = z.infer<typeof signedKeyAnnouncement>;

/** Enough for a cluster that was away for weeks; one that was away for longer is accepted anew by its peers. */
export const keyChangesTold = 10;

/** What is kept of an announcement until it takes effect; `jkt` names the next key. */
export type KeyChange = SignedKeyAnnouncement & {
  announcement: KeyAnnouncement;
  jkt: string;
  forbiddenBy: string | null;
};

/**
 * A key that a cluster used until then: it verifies what was signed with it and, after a short while, opens nothing.
 * `change` is the announcement that ended it; without one it was lost, and what came after it is another installation.
 */
export type FormerKey = { jkt: string; key: PublicKey; until: string; change?: SignedKeyAnnouncement };

/** What both signatures say, if it is the same and each is its own key's; whether it may take effect is another question. */
export async function readKeyAnnouncement(present: PublicKey, signed: SignedKeyAnnouncement): Promise<KeyAnnouncement> {
  const said = keyAnnouncement.parse(await readSignedDocument(present, keyAnnouncementType, signed.byPresentKey));
  const again = await readSignedDocument(said.key, keyAnnouncementType, signed.byNextKey);
  if (canonicalJson(again) !== canonicalJson(said)) throw new TypeError("two announcements, not one");
  return said;
}

/**
 * The hub's next signing key, signed by the present one: whoever trusts the present key may follow. Published at least two
 * refreshes of its readers before it signs anything.
 */
export const hubSuccession = z.strictObject({
  schema: z.literal("krdc.hub-succession/v1"),
  hub: z.url(),
  replaces: z.string().min(40).max(50),
  key: z.strictObject({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string(), kid: z.string() }),
  announcedAt: z.iso.datetime(),
  effectiveAt: z.iso.datetime(),
});
export type HubSuccession = z.infer<typeof hubSuccession>;
export const hubSuccessionType = "krdc-hub-succession+jws";

export type HubPublicKey = HubSuccession["key"];

const published = z
  .array(z.object({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string(), kid: z.string() }))
  .max(1000);

/**
 * `GET /api/hub/v1/jwks`: the keys whose tokens may be good, those that only verify what was signed long ago, and the
 * succession by which each key followed the one before.
 */
export const hubKeySet = z.object({
  keys: published,
  formerKeys: published.default([]),
  successions: z.array(z.string().max(10_000)).max(1000).default([]),
});
