import { once } from "node:events";
import { z } from "zod";
import { KrdcError } from "#server/errors";
import { runSubmission } from "#server/protocol/framework-api";
import { lookForConsent } from "../consent/look-for-consent";
import { abandonStep } from "../orchestrator/abandon-step";
import { cancelRun } from "../orchestrator/cancel-run";
import { findRunDelta, getOwnRun, getRunFile, getRunView, readStepLog } from "../orchestrator/get-run";
import { retrySteps } from "../orchestrator/retry-step";
import { submitRun } from "../orchestrator/submit-run";
import { keepArtifact } from "../storage/keep-artifact";
import { readStored, storeStream } from "../storage/store";
import { waitFor } from "../wait-for";
import { bodyOf, type Call, type Handler, param, proven, queryNumber } from "./call";

const maxUploadBytes = 64 * 1024 ** 3;

const runId = (call: Call) => {
  const id = z.uuid().safeParse(param(call, "id"));
  if (!id.success) throw new KrdcError("not_found", "run.not_found");
  return id.data;
};

export const putRun: Handler = async (call) => {
  const user = proven(call, "user");
  const read = runSubmission.safeParse(call.json);
  if (!read.success) {
    const paths = read.error.issues.slice(0, 20).map((issue) => issue.path.join("."));
    throw new KrdcError("invalid", "request.invalid", { detail: { paths } });
  }
  const made = await submitRun(call.ctx, user, runId(call), read.data);
  return { status: made === "made" ? 201 : 200, json: await getRunView(call.ctx, user, runId(call)) };
};

export const getRun: Handler = async (call) => ({
  status: 200,
  json: await getRunView(call.ctx, proven(call, "user"), runId(call)),
});

export const postCancel: Handler = async (call) => {
  await cancelRun(call.ctx, proven(call, "user"), runId(call));
  return getRun(call);
};

/** Nothing is believed of who tells us: the hub is asked how the consent stands. */
export const postConsent: Handler = async (call) => {
  const { id, submission } = await getOwnRun(call.ctx, proven(call, "user"), runId(call));
  const { authorizationId } = submission;
  if (authorizationId) await lookForConsent(call.ctx, { runId: id, authorizationId });
  return getRun(call);
};

const retryBody = z.strictObject({ step: z.string().max(80).optional(), index: z.int().min(0).optional() });

export const postRetry: Handler = async (call) => {
  const read = retryBody.safeParse(call.json);
  if (!read.success) throw new KrdcError("invalid", "request.invalid");
  await retrySteps(call.ctx, proven(call, "user"), runId(call), read.data);
  return getRun(call);
};

/** The body says that the person was told. */
const abandonBody = z.strictObject({ understood: z.literal("it_may_run_twice") });

export const postAbandon: Handler = async (call) => {
  if (!abandonBody.safeParse(call.json).success) throw new KrdcError("invalid", "step.abandon_not_understood");
  const which = { step: param(call, "step"), index: Number(param(call, "index")) };
  await abandonStep(call.ctx, proven(call, "user"), runId(call), which);
  return getRun(call);
};

const idleMs = 15_000;

/** A live stream of what changes in a run, resumed by the number of the last change that the reader saw. */
export const streamRun: Handler = async (call) => {
  const user = proven(call, "user");
  const id = runId(call);
  await getOwnRun(call.ctx, user, id);
  const header = call.request.headers["last-event-id"];
  let seq = Number(typeof header === "string" ? header : (call.query.get("after") ?? -1));
  if (!Number.isSafeInteger(seq)) seq = -1;
  const { response } = call;
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  });
  response.write(": connected\n\n");
  while (!call.signal.aborted) {
    const change = waitFor(call.ctx.signals, "krdc_run", id, idleMs, call.signal);
    const found = await findRunDelta(call.ctx, user, id, seq);
    if (!found) {
      await change.wait;
      if (!call.signal.aborted) response.write(": alive\n\n");
      continue;
    }
    change.cancel();
    seq = found.delta.seq;
    const isFlushed = response.write(`id: ${seq}\ndata: ${JSON.stringify(found.delta)}\n\n`);
    if (!isFlushed) await Promise.race([once(response, "drain"), once(response, "close")]);
  }
  response.end();
  return "written";
};

const maxLogPart = 1024 * 1024;
const logPollMs = 150;

export const getStepLog: Handler = async (call) => {
  const offset = queryNumber(call, "offset", { default: 0, max: Number.MAX_SAFE_INTEGER });
  const until = Date.now() + queryNumber(call, "wait", { default: 0, max: 25 }) * 1000;
  const wanted = {
    runId: runId(call),
    step: param(call, "step"),
    index: Number(param(call, "index")),
    attempt: call.query.has("attempt") ? queryNumber(call, "attempt", { default: 1, max: 1e9 }) : undefined,
    offset,
    maxBytes: queryNumber(call, "max", { default: maxLogPart, max: maxLogPart }),
  };
  for (;;) {
    const part = await readStepLog(call.ctx, proven(call, "user"), wanted);
    if (part.bytes.length > 0 || part.isEnd || Date.now() >= until || call.signal.aborted) {
      const headers = {
        "content-type": "text/plain; charset=utf-8",
        "x-krdc-log-end": String(part.isEnd),
        "x-krdc-log-next-offset": String(offset + part.bytes.length),
      };
      return { status: 200, headers, body: part.bytes };
    }
    await new Promise((resolve) => setTimeout(resolve, logPollMs));
  }
};

export const getFile: Handler = async (call) => {
  const sha256 = param(call, "sha256");
  const file = await getRunFile(call.ctx, proven(call, "user"), runId(call), sha256);
  const headers = { "content-type": "application/octet-stream", "content-length": String(file.size) };
  return { status: 200, headers, body: readStored(call.ctx.folder, sha256).stream() };
};

const fileName = z
  .string()
  .min(1)
  .max(255)
  .refine((name) => !/[/\0]/.test(name) && name !== "." && name !== "..");

export const putUpload: Handler = async (call) => {
  const name = fileName.safeParse(call.query.get("name"));
  if (!name.success) throw new KrdcError("invalid", "storage.bad_file_name");
  const mediaType = call.query.get("mediaType");
  const stored = await storeStream(call.ctx.folder, bodyOf(call), { maxBytes: maxUploadBytes });
  await keepArtifact(call.ctx, stored, `user:${proven(call, "user").sub}`);
  return { status: 201, json: { kind: "file", name: name.data, ...stored, ...(mediaType ? { mediaType } : {}) } };
};
