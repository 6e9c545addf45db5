import { z } from "zod";
import { KrdcError } from "#server/errors";
import { agreementDocument } from "./agreement";
import type { Transport } from "./call";
import { publicKey } from "./keys";
import { offerDocument } from "./offer";
import { callAsOperator, type OperatorDoor } from "./operator-call";
import { type OwnerTerms, withTerms } from "./owner-terms";
import { restoreView } from "./set-back";

const usage = z.looseObject({ cpuSeconds: z.number(), gpuSeconds: z.number(), outputBytes: z.number() });
const named = z.looseObject({ ko: z.string(), en: z.string() });

const ownedAgreement = z.looseObject({
  id: z.string(),
  app: z.string(),
  state: z.string(),
  document: agreementDocument,
  requester: z.looseObject({ name: named, organization: named }).nullable(),
  used: usage,
  reserved: usage,
  runsUsed: z.number(),
  live: z.number(),
  isTold: z.boolean(),
});
export type OwnedAgreement = z.infer<typeof ownedAgreement>;

const ownedAgreements = z.looseObject({ items: z.array(ownedAgreement) });
const ownedOffers = z.looseObject({ items: z.array(z.looseObject({ app: z.string(), document: offerDocument })) });
const ownKeyChange = z.looseObject({
  fingerprint: z.string(),
  announcedAt: z.iso.datetime(),
  effectiveAt: z.iso.datetime(),
  isHeard: z.boolean(),
});

const ownStatus = z.looseObject({
  restore: restoreView.nullish(),
  keyChange: ownKeyChange.nullable().optional(),
  name: z.string(),
  gateway: z.string(),
  hub: z.looseObject({ url: z.string(), isFresh: z.boolean(), ageMs: z.number() }),
  slots: z.number(),
  slotsUsed: z.number(),
  queued: z.number(),
  hosted: z.number(),
});

/** Every agreement and request of a framework, as its own door tells them. */
export async function listOwned(door: OperatorDoor): Promise<OwnedAgreement[]> {
  const answer = await callAsOperator(door, { method: "GET", path: "/v1/operator/agreements" });
  return ownedAgreements.parse(answer).items;
}

async function getOwned(door: OperatorDoor, id: string): Promise<OwnedAgreement> {
  const found = (await listOwned(door)).find((row) => row.id === id);
  if (!found) throw new KrdcError("not_found", "agreement.not_found");
  return found;
}

async function decide(door: OperatorDoor, id: string, verb: string, json: unknown): Promise<OwnedAgreement> {
  const path = `/v1/operator/agreements/${encodeURIComponent(id)}/${verb}`;
  return ownedAgreement.parse(await callAsOperator(door, { method: "POST", path, json }));
}

/** Approves what was asked, on the owner's own terms where some are named. */
export async function approveOwned(door: OperatorDoor, id: string, terms: OwnerTerms): Promise<OwnedAgreement> {
  const { document } = await getOwned(door, id);
  return decide(door, id, "approve", { document: withTerms(document, terms, door.now()) });
}

export const refuseOwned = (door: OperatorDoor, id: string, reason: string) => decide(door, id, "reject", { reason });

/** What needs no more words than its name. */
export const changeOwned = (door: OperatorDoor, id: string, verb: "suspend" | "resume" | "revoke") =>
  decide(door, id, verb, {});

export async function listOwnOffers(door: OperatorDoor) {
  return ownedOffers.parse(await callAsOperator(door, { method: "GET", path: "/v1/operator/offers" })).items;
}

export async function setOwnOffer(door: OperatorDoor, app: string, document: z.infer<typeof offerDocument>) {
  const path = `/v1/operator/offers/${encodeURIComponent(app)}`;
  await callAsOperator(door, { method: "PUT", path, json: offerDocument.parse(document) });
}

export async function readOwnStatus(door: OperatorDoor) {
  return ownStatus.parse(await callAsOperator(door, { method: "GET", path: "/v1/operator/status" }));
}

/** Makes the framework's next key and announces it; asked again, it tells of the one on its way. */
export async function rotateOwnKey(door: OperatorDoor) {
  return ownKeyChange.parse(await callAsOperator(door, { method: "POST", path: "/v1/operator/key-change", json: {} }));
}

/** A peer's announced key never counts here. */
export async function forbidKeyOfPeer(door: OperatorDoor, name: string): Promise<void> {
  const path = `/v1/operator/peers/${encodeURIComponent(name)}/forbid-key-change`;
  await callAsOperator(door, { method: "POST", path, json: {} });
}

const identity = z.looseObject({ name: z.string(), gateway: z.url(), jwk: publicKey });

/** The same, as it was written down for another operator. */
export const readCard = (card: unknown) => identity.parse(card);

/** Who answers at a gateway's address, by its own word: only a fingerprint that people compared makes it more. */
export async function readIdentity(url: string, transport: Transport = fetch) {
  const answer = await transport(`${url}/v1/identity`, { redirect: "error", signal: AbortSignal.timeout(10_000) })
    .then((response) => response.json())
    .catch((cause: unknown) => {
      throw new KrdcError("unavailable", "owner.gateway_unreachable", { cause, detail: { url } });
    });
  const read = identity.safeParse(answer);
  if (!read.success) throw new KrdcError("unavailable", "owner.gateway_unreachable", { detail: { url } });
  return read.data;
}

/** Accepts other frameworks by their keys. */
export const acceptPeersOf = (door: OperatorDoor, peers: z.infer<typeof identity>[]) =>
  callAsOperator(door, {
    method: "POST",
    path: "/v1/operator/peers",
    json: { peers: peers.map(({ name, jwk, gateway }) => ({ name, jwk, gateway })) },
  });
