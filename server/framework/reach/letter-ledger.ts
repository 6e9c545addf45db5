import { KrdcError } from "#server/errors";
import { type Letter, letterLifetimeMs } from "#server/protocol/reach";

type Asked = { peer: string; resolve: (answer: Response) => void };
export type LetterAnswer = Extract<Letter["content"], { kind: "answer" }>;

/**
 * What this process remembers of its letters. Each number is taken once and in order, each answer only for a call that was
 * asked of its sender; what a restart forgets has expired soon after, and nothing that must not happen twice rests on it.
 */
export class LetterLedger {
  readonly #sent = new Map<string, number>();
  readonly #heard = new Map<string, number>();
  readonly #asked = new Map<string, Asked>();
  readonly #posting = new Map<string, Promise<unknown>>();

  /** Rises over restarts too. */
  nextSeq(peer: string, now: Date): number {
    const seq = Math.max((this.#sent.get(peer) ?? 0) + 1, now.getTime() * 1000);
    this.#sent.set(peer, seq);
    return seq;
  }

  /** One letter to a peer after the other, so that they arrive in the order of their numbers. */
  async inOrder<T>(peer: string, post: () => Promise<T>): Promise<T> {
    const before = this.#posting.get(peer) ?? Promise.resolve();
    const mine = before.then(post, post);
    const settled = mine.catch(() => undefined);
    this.#posting.set(peer, settled);
    try {
      return await mine;
    } finally {
      if (this.#posting.get(peer) === settled) this.#posting.delete(peer);
    }
  }

  /** Notes a letter's number; false when this or a later one of its sender was here before. */
  isNext(letter: Letter): boolean {
    if (letter.seq <= (this.#heard.get(letter.from) ?? 0)) return false;
    this.#heard.set(letter.from, letter.seq);
    return true;
  }

  /** The answer to a letter of ours, which must come from the peer that was asked, in time. */
  expect(id: string, peer: string, signal: AbortSignal | null | undefined): Promise<Response> {
    let giveUp = () => {};
    const answered = new Promise<Response>((resolve, reject) => {
      giveUp = () => reject(new KrdcError("unavailable", "peer.unreachable"));
      this.#asked.set(id, { peer, resolve });
    });
    const timer = setTimeout(giveUp, letterLifetimeMs);
    signal?.addEventListener("abort", giveUp, { once: true });
    return answered.finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", giveUp);
      this.#asked.delete(id);
    });
  }

  /** False when nothing of the kind was asked of this peer. */
  settle(peer: string, answer: LetterAnswer): boolean {
    const asked = this.#asked.get(answer.inReplyTo);
    if (asked?.peer !== peer) return false;
    const { status, headers } = answer;
    const isBodyless = status === 204 || status === 205 || status === 304;
    asked.resolve(new Response(isBodyless ? null : Buffer.from(answer.body, "base64"), { status, headers }));
    return true;
  }
}
