import { z } from "zod";
import { clusterName } from "#server/graph/app";
import { publicKey } from "./keys";

/** A key that a cluster or the hub used until then: it verifies what was signed with it and opens nothing any more. */
export type FormerKey = { jkt: string; key: Record<string, unknown>; until: string };

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

/** What is kept of an announcement until it takes effect. */
export type KeyChange = SignedKeyAnnouncement & { announcement: KeyAnnouncement; forbiddenBy: string | null };

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
