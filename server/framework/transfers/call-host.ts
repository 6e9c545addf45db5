import { KrdcError } from "#server/errors";
import { type Call, callJson, callStream, sendStream } from "#server/protocol/call";
import type { FrameworkContext } from "../context";
import { findPeer } from "../hosting/peers";

type HostCall = Omit<Call, "url"> & { path: string };

async function addressOf(ctx: FrameworkContext, host: string): Promise<string> {
  const peer = await findPeer(ctx, host);
  if (!peer) throw new KrdcError("forbidden", "peer.not_accepted", { detail: { host } });
  return peer.gateway;
}

/** Large files on slow links take hours; a link that is dead is noticed by its own silence. */
export const transferMs = 6 * 3_600_000;

/** Calls a host's gateway with a proof by our key, at the address that the key accepted by our operator proved for itself. */
export async function callHost(ctx: FrameworkContext, host: string, call: HostCall) {
  const { path, ...rest } = call;
  return callJson(ctx.key, { ...rest, now: ctx.now(), url: `${await addressOf(ctx, host)}${path}` });
}

export async function streamFromHost(ctx: FrameworkContext, host: string, call: HostCall): Promise<Response> {
  const { path, ...rest } = call;
  return callStream(ctx.key, { ...rest, now: ctx.now(), url: `${await addressOf(ctx, host)}${path}` });
}

type Upload = { path: string; body: ReadableStream; sha256: string; size: number; offset: number };

/** Sends a file, or what is left of it: the proof names the whole file's digest, which the host checks when all is there. */
export async function sendToHost(ctx: FrameworkContext, host: string, call: Upload): Promise<void> {
  const { size, offset } = call;
  const range = offset > 0 ? { "content-range": `bytes ${offset}-${size - 1}/${size}` } : {};
  await sendStream(ctx.key, {
    method: "PUT",
    url: `${await addressOf(ctx, host)}${call.path}`,
    now: ctx.now(),
    body: call.body,
    bodySha256: call.sha256,
    headers: { "content-type": "application/octet-stream", "content-length": String(size - offset), ...range },
    timeoutMs: transferMs,
  });
}
