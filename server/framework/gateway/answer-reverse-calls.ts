import { Readable } from "node:stream";
import type { ReadableStream as NodeStream } from "node:stream/web";
import type { z } from "zod";
import { KrdcError } from "#server/errors";
import { answerHead, answerHeader, nextCallsRequest } from "#server/protocol/reach";
import { type Call, type Handler, param, proven } from "./call";

const waitMs = 25_000;

/** What waits here for the peer that asks, as soon as something does. */
export const postNextCalls: Handler = async (call) => {
  if (!nextCallsRequest.safeParse(call.json).success) throw new KrdcError("invalid", "request.invalid");
  const { name } = proven(call, "peer");
  const waiting = call.ctx.reach.calls;
  const next = waiting.nextFor(name, waitMs, call.signal);
  let calls = waiting.take(name);
  if (calls.length === 0) {
    await next.wait;
    // What is handed to somebody who hung up would be lost.
    calls = call.signal.aborted ? [] : waiting.take(name);
  }
  next.cancel();
  return { status: 200, json: { calls, letters: [] } };
};

const notFound = () => new KrdcError("not_found", "not_found");

/** The body of a call that this peer took, as fast as it reads. */
export const getCallBody: Handler = async (call) => {
  const body = call.ctx.reach.calls.bodyOf(proven(call, "peer").name, param(call, "id"));
  if (!body) throw notFound();
  const headers = { "content-type": "application/octet-stream" };
  return { status: 200, headers, body: Readable.fromWeb(body as NodeStream) };
};

function headOf(call: Call): z.infer<typeof answerHead> {
  try {
    const text = Buffer.from(String(call.request.headers[answerHeader] ?? ""), "base64url").toString("utf8");
    return answerHead.parse(JSON.parse(text));
  } catch (cause) {
    throw new KrdcError("invalid", "request.invalid", { cause });
  }
}

/** The peer's answer to a call that it took; our word back says that whoever called has read all of it. */
export const putCallAnswer: Handler = async (call) => {
  const body = Readable.toWeb(call.request) as ReadableStream<Uint8Array>;
  const isRead = await call.ctx.reach.calls.answer(proven(call, "peer").name, param(call, "id"), headOf(call), body);
  if (!isRead) throw notFound();
  return { status: 200, json: {} };
};
