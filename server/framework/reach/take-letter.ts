import { randomUUID } from "node:crypto";
import { KrdcError } from "#server/errors";
import type { Transport } from "#server/protocol/call";
import { callingKeysOf } from "#server/protocol/key-rules";
import { openLetter } from "#server/protocol/letter-seal";
import { problemOf } from "#server/protocol/problem";
import { type Letter, letterBodyBytes, letterLifetimeMs, type SealedLetter } from "#server/protocol/reach";
import { signalWithin } from "#server/protocol/signal-within";
import type { FrameworkContext } from "../context";
import { findPeer, type Peer } from "../hosting/peers";
import { travelling } from "./inner-transport";
import { sendLetter } from "./send-letter";

type CallLetter = Extract<Letter["content"], { kind: "call" }>;

async function passOurDoor(ctx: FrameworkContext, gate: Transport, call: CallLetter): Promise<Response> {
  const signal = signalWithin(letterLifetimeMs, ctx.stopping);
  const body = call.body === "" ? null : Buffer.from(call.body, "base64");
  // What a letter carries is all there is of a body, whatever its headers say of its length.
  const headers = { ...travelling(Object.entries(call.headers)), "content-length": String(body?.length ?? 0) };
  const answer = await gate(`${ctx.url}${call.path}`, { method: call.method, headers, body, signal });
  if (Number(answer.headers.get("content-length") ?? 0) <= letterBodyBytes) return answer;
  await answer.body?.cancel();
  throw new KrdcError("too_large", "no_route", { detail: { maxBytes: letterBodyBytes } });
}

async function answerLetter(ctx: FrameworkContext, gate: Transport, peer: Peer, asked: Letter): Promise<void> {
  if (asked.content.kind !== "call") return;
  const answer = await passOurDoor(ctx, gate, asked.content).catch((cause: unknown) => {
    const error = cause instanceof KrdcError ? cause : new KrdcError("unavailable", "peer.failed", { cause });
    return Response.json(problemOf(error, asked.id), { status: error.status });
  });
  const body = Buffer.from(await answer.arrayBuffer()).toString("base64");
  const head = { status: answer.status, headers: travelling(answer.headers) };
  await sendLetter(ctx, peer, randomUUID(), { kind: "answer", inReplyTo: asked.id, ...head, body });
}

/**
 * Opens one letter that the hub gave us, if it is good; what is to be done with it is done while others are opened. Letters
 * are opened one after the other, because each must follow the one before.
 */
export async function takeLetter(
  ctx: FrameworkContext,
  gate: Transport,
  sealed: SealedLetter,
): Promise<(() => Promise<void>) | undefined> {
  const peer = await findPeer(ctx, sealed.from);
  if (!peer) throw new KrdcError("forbidden", "peer.not_accepted", { detail: { host: sealed.from } });
  const { encryptionKey } = ctx.reach;
  const sender = { name: peer.name, keys: callingKeysOf(peer, ctx.now(), ctx.timing) };
  const opened = await openLetter(sealed, sender, { name: ctx.name, encryptionKey, now: ctx.now() });
  const { letters } = ctx.reach;
  const isGood =
    letters.isNext(opened) && (opened.content.kind === "call" || letters.settle(peer.name, opened.content));
  if (!isGood) throw new KrdcError("unauthenticated", "signature.invalid", { detail: { id: sealed.id } });
  return opened.content.kind === "call" ? () => answerLetter(ctx, gate, peer, opened) : undefined;
}
