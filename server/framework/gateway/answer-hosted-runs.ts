import { KrdcError } from "#server/errors";
import { lookUpExecution } from "../execution/queue-execution";
import { acceptHostedRun } from "../hosting/accept-hosted-run";
import { acknowledgeHostedRun, cancelHostedRun } from "../hosting/end-hosted-runs";
import {
  getHostedAnswer,
  getHostedOutput,
  getHostedRun,
  listHostedEvents,
  receiveInput,
} from "../hosting/find-hosted-run";
import { readStored } from "../storage/store";
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

export const putInput: Handler = async (call) => {
  const sha256 = param(call, "sha256");
  if (proven(call, "proof").body_sha256 !== sha256) throw new KrdcError("unauthenticated", "unauthenticated");
  await receiveInput(call.ctx, keyOf(call), sha256, bodyOf(call));
  return answerNow(call);
};

export const getOutput: Handler = async (call) => {
  const sha256 = param(call, "sha256");
  const row = await getHostedRun(call.ctx, keyOf(call));
  const { size } = await getHostedOutput(call.ctx, row, sha256);
  const headers = { "content-type": "application/octet-stream", "content-length": String(size) };
  return { status: 200, headers, body: readStored(call.ctx.folder, sha256).stream() };
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
