import { z } from "zod";
import { KrdcError } from "#server/errors";
import { agreementProposal } from "#server/protocol/agreement";
import { addressStatement, addressStatementType } from "#server/protocol/framework-api";
import { publicPart } from "#server/protocol/keys";
import { signDocument } from "#server/protocol/signed-document";
import { revokeAgreement } from "../agreements/revoke-agreement";
import { signAgreement } from "../agreements/sign-agreement";
import { suspendForHub } from "../agreements/suspend-agreement";
import { listOwnApps, publishApp } from "../apps/publish-app";
import { getBuild, registerApp } from "../apps/register-app";
import { checkInvariants } from "../check-invariants";
import { restoreBar } from "../restore/standing";
import { bodyOf, type Call, type Handler, param, proven, queryNumber } from "./call";

export const postBuild: Handler = async (call) => ({
  status: 202,
  json: await registerApp(call.ctx, proven(call, "user"), bodyOf(call)),
});

const buildPollMs = 200;

export const getBuildView: Handler = async (call) => {
  const id = z.uuid().safeParse(param(call, "id"));
  if (!id.success) throw new KrdcError("not_found", "build.not_found");
  const offset = queryNumber(call, "logOffset", { default: 0, max: Number.MAX_SAFE_INTEGER });
  const until = Date.now() + queryNumber(call, "wait", { default: 0, max: 25 }) * 1000;
  const before = await getBuild(call.ctx, proven(call, "user"), id.data, offset);
  for (;;) {
    const view = await getBuild(call.ctx, proven(call, "user"), id.data, offset);
    const isOver = view.state === "READY" || view.state === "FAILED";
    const isNew = isOver || view.log !== "" || view.state !== before.state;
    if (isNew || Date.now() >= until || call.signal.aborted) return { status: 200, json: view };
    await new Promise((resolve) => setTimeout(resolve, buildPollMs));
  }
};

export const getApps: Handler = async (call) => ({ status: 200, json: { items: await listOwnApps(call.ctx) } });

export const postPublish: Handler = async (call) => {
  const wanted = { name: param(call, "name"), version: param(call, "version") };
  return { status: 200, json: { app: await publishApp(call.ctx, proven(call, "user"), wanted) } };
};

export const postAgreement: Handler = async (call) => {
  const read = agreementProposal.safeParse(call.json);
  if (!read.success) throw new KrdcError("invalid", "request.invalid");
  return { status: 200, json: await signAgreement(call.ctx, read.data) };
};

const agreementId = (call: Call) => {
  const id = z.uuid().safeParse(param(call, "id"));
  if (!id.success) throw new KrdcError("not_found", "agreement.not_found");
  return id.data;
};

/** Through the portal an agreement may only be narrowed. */
export const postRevoke: Handler = async (call) => ({
  status: 200,
  json: await revokeAgreement(call.ctx, `user:${proven(call, "user").sub}`, agreementId(call)),
});

export const postSuspend: Handler = async (call) => ({
  status: 200,
  json: await suspendForHub(call.ctx, `user:${proven(call, "user").sub}`, agreementId(call)),
});

/** Who this is: its name and public key for an operator, and with a number of the caller's a signed word on its own address. */
export const getIdentity: Handler = async ({ ctx, query }) => {
  const facts = { name: ctx.name, gateway: ctx.url, jwk: publicPart(ctx.key), jkt: ctx.jkt };
  const asked = addressStatement.safeParse({ nonce: query.get("nonce"), gateway: ctx.url });
  if (!asked.success) return { status: 200, json: facts };
  return { status: 200, json: { ...facts, statement: await signDocument(ctx.key, addressStatementType, asked.data) } };
};

export const getHealth: Handler = async ({ ctx }) => {
  await ctx.db.execute("select 1");
  return { status: 200, json: { ok: true, name: ctx.name, isSettling: (await restoreBar(ctx)) !== undefined } };
};

export const getCheck: Handler = async ({ ctx }) => ({ status: 200, json: await checkInvariants(ctx) });
