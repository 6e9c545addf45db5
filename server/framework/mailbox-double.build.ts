import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as NodeStream } from "node:stream/web";
import type { PublicKey } from "#server/protocol/keys";
import {
  answerHead,
  answerHeader,
  isMailbox,
  nextCallsRequest,
  type SealedLetter,
  sealedLetter,
} from "#server/protocol/reach";
import { WaitingCalls } from "#server/protocol/waiting-calls";

type Member = { name: string; gateway: string; key: PublicKey; encryptionKey?: string };

/** The hub double's part in calls to frameworks that nobody dials. */
export type MailboxDouble = {
  /** The portal's calls to such frameworks. */
  calls: WaitingCalls;
  /** Every letter that was handed in, as the hub sees it. */
  letters: SealedLetter[];
  /** What the hub makes of a letter: more, fewer or other ones. */
  deliver: (letter: SealedLetter) => SealedLetter[];
  /** What it tells of frameworks that have a mailbox. */
  members: Map<string, Member>;
  waiting: Map<string, SealedLetter[]>;
};

export const aMailboxDouble = (): MailboxDouble => ({
  calls: new WaitingCalls(),
  letters: [],
  deliver: (letter) => [letter],
  members: new Map(),
  waiting: new Map(),
});

/** A framework without an address is told to the others together with its certificate. */
export function noteMember(double: MailboxDouble, name: string, key: PublicKey, beat: unknown): Member[] {
  const { gateway, encryptionKey } = beat as Member;
  if (isMailbox(gateway)) double.members.set(name, { name, gateway, key, ...(encryptionKey ? { encryptionKey } : {}) });
  return [...double.members.values()].filter((member) => member.name !== name);
}

export function postLetter(double: MailboxDouble, json: unknown): object {
  const letter = sealedLetter.parse(json);
  double.letters.push(letter);
  for (const one of double.deliver(letter)) {
    double.waiting.set(one.to, [...(double.waiting.get(one.to) ?? []), one]);
    double.calls.wake(one.to);
  }
  return {};
}

export async function takeNext(double: MailboxDouble, name: string, json: unknown, isHungUp: AbortSignal) {
  const { taken } = nextCallsRequest.parse(json);
  const left = (double.waiting.get(name) ?? []).filter(({ id }) => !taken.includes(id));
  double.waiting.set(name, left);
  const look = () => ({ calls: double.calls.take(name), letters: (double.waiting.get(name) ?? []).slice(0, 16) });
  const next = double.calls.nextFor(name, 25_000, isHungUp);
  const found = look();
  if (found.calls.length + found.letters.length === 0) {
    await next.wait;
    // What is given to nobody would be lost.
    return isHungUp.aborted ? { calls: [], letters: [] } : look();
  }
  next.cancel();
  return found;
}

/** A body that a framework reads, or an answer that it brings; false for every other call. */
export async function serveStream(
  double: MailboxDouble,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const [, id = "", what] = /\/reverse-calls\/([^/]+)\/(body|answer)$/.exec(request.url ?? "") ?? [];
  if (what === "body") {
    const body = double.calls.bodyOf(name, id);
    response.writeHead(body ? 200 : 404);
    if (body) await pipeline(Readable.fromWeb(body as NodeStream), response).catch(() => response.destroy());
    else response.end();
  }
  if (what === "answer") {
    const head = answerHead.parse(
      JSON.parse(Buffer.from(String(request.headers[answerHeader]), "base64url").toString()),
    );
    const isRead = await double.calls.answer(name, id, head, Readable.toWeb(request) as ReadableStream<Uint8Array>);
    response.writeHead(isRead ? 200 : 404, { "content-type": "application/json" }).end("{}");
  }
  return what !== undefined;
}
