import { z } from "zod";
import { KrdcError } from "#server/errors";
import { appName, clusterName } from "#server/graph/app";
import { agreementDocument } from "#server/protocol/agreement";
import { offerDocument } from "#server/protocol/offer";
import { decideAgreement, type OwnerChoice } from "../agreements/decide-agreement";
import { findOwnerAgreement, listOwnerAgreements } from "../agreements/list-owner-agreements";
import { awaitRevoked } from "../agreements/revoke-agreement";
import { listOffers, setOffer } from "../agreements/set-offer";
import { listHostedRuns } from "../hosting/list-hosted-runs";
import { acceptedPeers, acceptPeers, listPeers, resumePeer, suspendPeer } from "../hosting/peers";
import { getOwnStatus } from "../identity/get-own-status";
import { announceKey } from "../keys/announce-key";
import { forbidPeerKey, keyChangeOf } from "../keys/forbid-peer-key";
import { type Call, type Handler, param } from "./call";

const by = "operator";

function read<T>(schema: z.ZodType<T>, given: unknown): T {
  const found = schema.safeParse(given);
  if (found.success) return found.data;
  const paths = found.error.issues.slice(0, 20).map((issue) => issue.path.join("."));
  throw new KrdcError("invalid", "request.invalid", { detail: { paths } });
}

const nothing = z.strictObject({});

const agreementId = (call: Call) => {
  const id = z.uuid().safeParse(param(call, "id"));
  if (!id.success) throw new KrdcError("not_found", "agreement.not_found");
  return id.data;
};

async function decide(call: Call, decision: OwnerChoice) {
  return { status: 200, json: await decideAgreement(call.ctx, { by, id: agreementId(call), decision }) };
}

export const getOwnerAgreements: Handler = async ({ ctx }) => ({
  status: 200,
  json: { items: await listOwnerAgreements(ctx) },
});

const approval = z.strictObject({ document: agreementDocument.optional() });

export const postApprove: Handler = async (call) => {
  const { document } = read(approval, call.json);
  return decide(call, { decision: "approve", ...(document ? { document } : {}) });
};

const refusal = z.strictObject({ reason: z.string().max(500) });

export const postReject: Handler = async (call) =>
  decide(call, { decision: "reject", reason: read(refusal, call.json).reason });

export const postOwnerSuspend: Handler = async (call) => {
  read(nothing, call.json);
  return decide(call, { decision: "suspend" });
};

export const postOwnerResume: Handler = async (call) => {
  read(nothing, call.json);
  return decide(call, { decision: "resume" });
};

export const postOwnerRevoke: Handler = async (call) => {
  read(nothing, call.json);
  await decide(call, { decision: "revoke" });
  await awaitRevoked(call.ctx, agreementId(call));
  return { status: 200, json: await findOwnerAgreement(call.ctx, agreementId(call)) };
};

export const getOffers: Handler = async ({ ctx }) => ({ status: 200, json: { items: await listOffers(ctx) } });

export const getOffer: Handler = async (call) => {
  const app = read(appName, param(call, "app"));
  const found = (await listOffers(call.ctx)).find((offer) => offer.app === app);
  if (!found) throw new KrdcError("not_found", "agreement.app_not_offered", { detail: { app } });
  return { status: 200, json: found };
};

export const putOffer: Handler = async (call) => {
  const app = read(appName, param(call, "app"));
  return { status: 200, json: await setOffer(call.ctx, { by, app, document: read(offerDocument, call.json) }) };
};

export const getPeers: Handler = async ({ ctx }) => {
  const peers = (await listPeers(ctx)).map((peer) => {
    const { name, gateway, jkt, acceptedAt, suspendedAt, suspendedByHubAt } = peer;
    const keyChange = keyChangeOf(peer) ?? null;
    return { name, gateway, jkt, acceptedAt, suspendedAt, suspendedByHubAt, keyChange };
  });
  return { status: 200, json: { peers } };
};

export const postPeers: Handler = async (call) => {
  await acceptPeers(call.ctx, read(acceptedPeers, call.json));
  return getPeers(call);
};

export const postSuspendPeer: Handler = async (call) => {
  await suspendPeer(call.ctx, { by, name: read(clusterName, param(call, "name")) });
  return getPeers(call);
};

export const postResumePeer: Handler = async (call) => {
  await resumePeer(call.ctx, { by, name: read(clusterName, param(call, "name")) });
  return getPeers(call);
};

export const postForbidPeerKey: Handler = async (call) => {
  read(nothing, call.json);
  await forbidPeerKey(call.ctx, { by, name: read(clusterName, param(call, "name")) });
  return getPeers(call);
};

/** The owner alone changes this cluster's key. */
export const postKeyChange: Handler = async (call) => {
  read(nothing, call.json);
  return { status: 200, json: await announceKey(call.ctx, { by }) };
};

export const getHostedRuns: Handler = async ({ ctx }) => ({ status: 200, json: { items: await listHostedRuns(ctx) } });

export const getStatus: Handler = async ({ ctx }) => ({ status: 200, json: await getOwnStatus(ctx) });
