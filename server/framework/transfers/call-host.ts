import { KrdcError } from "#server/errors";
import { type Call, callJson, callStream, sendStream, type Transport } from "#server/protocol/call";
import type { FrameworkContext } from "../context";
import { findPeer } from "../hosting/peers";
import { transportToPeer } from "../reach/transport-to-peer";

type HostCall = Omit<Call, "url" | "transport"> & { path: string };

/** The host's address, which its proofs name, and how calls travel there. */
async function lineTo(
  ctx: FrameworkContext,
  host: string,
): Promise<{ address: string; transport: Transport | undefined }> {
  const peer = await findPeer(ctx, host);
  if (!peer) throw new KrdcError("forbidden", "peer.not_accepted", { detail: { host } });
  return { address: peer.gateway, transport: transportToPeer(ctx, peer) };
}

/** Large files on slow links take hours; a link that is dead is noticed by its own silence. */
export const transferMs = 6 * 3_600_000;

/** Calls a host's gateway with a proof by our key, at the address that the key accepted by our operator proved for itself. */
export async function callHost(ctx: FrameworkContext, host: string, call: HostCall) {
  const { path, ...rest } = call;
  const { address, transport } = await lineTo(ctx, host);
  return callJson(ctx.key, { ...rest, now: ctx.now(), url: `${address}${path}`, transport });
}

export async function streamFromHost(ctx: FrameworkContext, host: string, call: HostCall): Promise<Response> {
  const { path, ...rest } = call;
  const { address, transport } = await lineTo(ctx, host);
  return callStream(ctx.key, { ...rest, now: ctx.now(), url: `${address}${path}`, transport });
}

type Upload = { path: string; body: ReadableStream; sha256: string; size: number; offset: number; end: number };

/**
 * Sends a file, or the part of it from `offset` up to `end`: the proof names the whole file's digest, which the host checks
 * when all is there.
 */
export async function sendToHost(ctx: FrameworkContext, host: string, call: Upload): Promise<void> {
  const { size, offset, end } = call;
  const isPart = offset > 0 || end < size;
  const range = isPart ? { "content-range": `bytes ${offset}-${end - 1}/${size}` } : {};
  const { address, transport } = await lineTo(ctx, host);
  await sendStream(ctx.key, {
    method: "PUT",
    url: `${address}${call.path}`,
    now: ctx.now(),
    body: call.body,
    bodySha256: call.sha256,
    headers: { "content-type": "application/octet-stream", "content-length": String(end - offset), ...range },
    timeoutMs: transferMs,
    transport,
  });
}
