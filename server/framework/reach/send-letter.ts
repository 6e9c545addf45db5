import { randomUUID } from "node:crypto";
import { KrdcError } from "#server/errors";
import type { Transport } from "#server/protocol/call";
import { pathOf } from "#server/protocol/connection-transport";
import { readEncryptionCertificate } from "#server/protocol/encryption-certificate";
import { callingKeysOf } from "#server/protocol/key-rules";
import { sealLetter } from "#server/protocol/letter-seal";
import { type Letter, letterBodyBytes, waitingCall } from "#server/protocol/reach";
import type { FrameworkContext } from "../context";
import type { Peer } from "../hosting/peers";
import { callHub } from "../identity/call-hub";

/** A proof lives for seconds; what is older when it is taken would be refused anyway. */
const lifetimeMs = 20_000;

type Addressee = Pick<Peer, "name" | "key" | "jkt" | "keyChange" | "formerKeys" | "encryptionKey">;
type Content = Letter["content"];

/** Seals to the key that the peer's own keys certify, whatever the hub may have told since. */
export async function sendLetter(ctx: FrameworkContext, to: Addressee, id: string, content: Content): Promise<void> {
  if (!to.encryptionKey) throw new KrdcError("unavailable", "peer.unreachable");
  // Only a key that counts now: what a former one certifies may be a thief's.
  const { key } = await readEncryptionCertificate(callingKeysOf(to, ctx.now(), ctx.timing), to.name, to.encryptionKey);
  await ctx.reach.letters.inOrder(to.name, async () => {
    const now = ctx.now();
    const seq = ctx.reach.letters.nextSeq(to.name, now);
    const expires = new Date(now.getTime() + lifetimeMs).toISOString();
    const about = { schema: "krdc.letter/v1" as const, id, from: ctx.name, to: to.name, seq, expires };
    const json = await sealLetter({ ...about, content }, ctx.key, key);
    await callHub(ctx, { method: "POST", path: "/letters", json });
  });
}

const tooLarge = (host: string, sizeBytes: number) =>
  new KrdcError("too_large", "no_route", { detail: { host, sizeBytes, maxBytes: letterBodyBytes } });

async function bytesOf(host: string, init: RequestInit): Promise<Buffer> {
  const announced = Number(new Headers(init.headers).get("content-length") ?? 0);
  if (announced > letterBodyBytes) throw tooLarge(host, announced);
  const bytes = Buffer.from(await new Response(init.body ?? null).arrayBuffer());
  if (bytes.length > letterBodyBytes) throw tooLarge(host, bytes.length);
  return bytes;
}

/** Carries calls to this peer as letters through the hub. What the hub refuses is no word of the peer's, and ends nothing. */
export const letterTransport =
  (ctx: FrameworkContext, peer: Addressee): Transport =>
  async (url, init) => {
    const body = (await bytesOf(peer.name, init)).toString("base64");
    const headers = Object.fromEntries(new Headers(init.headers));
    const id = randomUUID();
    const method = waitingCall.shape.method.parse(init.method ?? "GET");
    const answered = ctx.reach.letters.expect(id, peer.name, init.signal);
    const posted = sendLetter(ctx, peer, id, { kind: "call", method, path: pathOf(url), headers, body });
    const untold = posted.then(
      () => answered,
      (cause: unknown) => {
        throw new KrdcError("unavailable", "peer.unreachable", { cause });
      },
    );
    return Promise.race([answered, untold]);
  };
