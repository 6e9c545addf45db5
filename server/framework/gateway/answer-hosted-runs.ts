import { z } from "zod";
import { KrdcError } from "#server/errors";
import { leaseRequest } from "#server/protocol/framework-api";
import { lookUpExecution } from "../execution/queue-execution";
import { acceptHostedRun } from "../hosting/accept-hosted-run";
import { acknowledgeHostedRun, cancelHostedRun } from "../hosting/end-hosted-runs";
import {
  getHostedAnswer,
  getHostedOutput,
  getHostedRun,
  listHostedEvents,
  receivedOfInput,
  receiveInput,
} from "../hosting/find-hosted-run";
import { renewLeases } from "../hosting/renew-leases";
import { refreshStatus, relayStatus } from "../identity/poll-status";
import { readStored, refuseDamaged } from "../storage/store";
import { waitFor } from "../wait-for";
import { bodyOf, type Call, type Handler, param, proven, queryNumber } from "./call";

const keyOf = (call: Call) => ({
  home: proven(call, "peer").name,
  runKey: param(call, "runKey"),
  attempt: Number(param(call, "attempt")),
});

export const putHostedRun: Handler = async (call) => {
  const accepted = await acceptHostedRun(call.ctx, {
    key: keyOf(call),
    request: proven(call, "hosted"),
    claims: proven(call, "claims"),
  });
  return { status: accepted.status, json: accepted.answer };
};

const answerNow = async (call: Call) => ({ status: 200, json: await getHostedAnswer(call.ctx, keyOf(call)) });

export const getHosted: Handler = answerNow;

export const postCancelHosted: Handler = async (call) => {
  await cancelHostedRun(call.ctx, keyOf(call));
  return answerNow(call);
};

export const postAcknowledge: Handler = async (call) => {
  await acknowledgeHostedRun(call.ctx, keyOf(call));
  return answerNow(call);
};

/** `bytes=N-` and `bytes=N-M` are all that we speak of RFC 9110 ranges; any other wish gets the whole file, as the RFC allows. */
function rangeOf(range: string | undefined, size: number): { start: number; end: number } {
  const [, from = "0", to = ""] = /^bytes=(\d{1,15})-(\d{1,15})?$/.exec(range ?? "") ?? [];
  const [start, end] = [Number(from), to === "" ? size : Math.min(size, Number(to) + 1)];
  return start < end ? { start, end } : { start: 0, end: size };
}

/** Where an upload goes on and how far this part of it goes: `content-range: bytes N-M/…`. */
function uploadRange(call: Call): { offset: number; end: number | undefined } {
  const [, from = "0", to] = /^bytes (\d{1,15})-(\d{1,15})\//.exec(call.request.headers["content-range"] ?? "") ?? [];
  return { offset: Number(from), end: to === undefined ? undefined : Number(to) + 1 };
}

export const putInput: Handler = async (call) => {
  const sha256 = param(call, "sha256");
  if (proven(call, "proof").body_sha256 !== sha256) throw new KrdcError("unauthenticated", "unauthenticated");
  await receiveInput(call.ctx, keyOf(call), sha256, { body: bodyOf(call), ...uploadRange(call) });
  return answerNow(call);
};

/** How much of an input has arrived, for a home that goes on where its link broke. */
export const getInput: Handler = async (call) => ({
  status: 200,
  json: { received: await receivedOfInput(call.ctx, keyOf(call), param(call, "sha256")) },
});

export const getOutput: Handler = async (call) => {
  const sha256 = param(call, "sha256");
  const row = await getHostedRun(call.ctx, keyOf(call));
  const { size } = await getHostedOutput(call.ctx, row, sha256);
  await refuseDamaged(call.ctx.folder, { sha256, size });
  const { start, end } = rangeOf(call.request.headers.range, size);
  const isPart = end - start < size;
  const headers = {
    "content-type": "application/octet-stream",
    "content-length": String(end - start),
    ...(isPart ? { "content-range": `bytes ${start}-${end - 1}/${size}` } : {}),
  };
  return { status: isPart ? 206 : 200, headers, body: readStored(call.ctx.folder, sha256).stream(start, end) };
};

const maxLogPart = 1024 * 1024;
const logPollMs = 150;

/** The log from an offset as soon as there is more of it, or nothing once the app has ended. */
export const getHostedLog: Handler = async (call) => {
  const row = await getHostedRun(call.ctx, keyOf(call));
  const offset = queryNumber(call, "offset", { default: 0, max: Number.MAX_SAFE_INTEGER });
  const max = queryNumber(call, "max", { default: maxLogPart, max: maxLogPart });
  const until = Date.now() + queryNumber(call, "wait", { default: 0, max: 25 }) * 1000;
  for (;;) {
    const execution = await lookUpExecution(call.ctx, row.executionName);
    const bytes = await call.ctx.runtime.logs(row.executionName, offset, max);
    const isOver = execution?.state === "ENDED" || Date.now() >= until || call.signal.aborted;
    if (bytes.length > 0 || isOver) {
      return { status: 200, headers: { "content-type": "application/octet-stream" }, body: bytes };
    }
    await new Promise((resolve) => setTimeout(resolve, logPollMs));
  }
};

export const postLeases: Handler = async (call) => {
  const read = leaseRequest.safeParse(call.json);
  if (!read.success) throw new KrdcError("invalid", "request.invalid");
  return { status: 200, json: await renewLeases(call.ctx, proven(call, "peer").name, read.data.leases) };
};

const relayRequest = z.strictObject({ nonce: z.uuid() });

/** Asks the hub on behalf of a peer that does not reach it; the hub's signature is what the peer believes, not us. */
/** The hub has narrowed something that concerns us and says so: we ask it now instead of at our next turn, and believe only its answer. */
export const postStatusCheck: Handler = async ({ ctx }) => {
  await refreshStatus(ctx);
  return { status: 200, json: {} };
};

export const postStatusRelay: Handler = async (call) => {
  const read = relayRequest.safeParse(call.json);
  if (!read.success) throw new KrdcError("invalid", "request.invalid");
  const host = proven(call, "peer").name;
  return { status: 200, json: await relayStatus(call.ctx, { nonce: read.data.nonce, host }) };
};

/** What changed for this home, as soon as something did. */
export const getEvents: Handler = async (call) => {
  const home = proven(call, "peer").name;
  const after = queryNumber(call, "after", { default: 0, max: Number.MAX_SAFE_INTEGER });
  const until = Date.now() + queryNumber(call, "wait", { default: 0, max: 25 }) * 1000;
  for (;;) {
    const change = waitFor(call.ctx.signals, "krdc_hosted", home, until - Date.now(), call.signal);
    const found = await listHostedEvents(call.ctx, home, after);
    if (found.events.length > 0 || Date.now() >= until || call.signal.aborted) {
      change.cancel();
      return { status: 200, json: found };
    }
    await change.wait;
  }
};
