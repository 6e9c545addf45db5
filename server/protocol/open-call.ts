import { randomUUID } from "node:crypto";
import type { z } from "zod";
import { passOn } from "./pass-on";
import { type answerHead, type WaitingCall, waitingCall } from "./reach";

type Bytes = ReadableStream<Uint8Array>;
export type Outgoing = {
  method: WaitingCall["method"];
  path: string;
  headers: Record<string, string>;
  body?: Bytes | Uint8Array | undefined;
  /** The caller's patience: its end is the end of the call, however far it came. */
  signal: AbortSignal;
};
export type Patience = {
  /** Within this time somebody takes the call, or nobody is there. */
  takenMs: number;
  /** So long may whoever took it neither read nor bring anything, as on a line that was dialed. */
  silentMs: number;
};

const bodilessStatus = new Set([204, 205, 304]);
const nothing = () => undefined;
const streamOf = (body: Outgoing["body"]) =>
  body instanceof Uint8Array ? new Blob([new Uint8Array(body)]).stream() : body;

/** One call on its way: it waits, is taken, is answered. Whatever ends it early ends both of its streams. */
export class OpenCall {
  readonly wire: WaitingCall;
  readonly keptBytes: number;
  readonly answered: Promise<Response>;
  isTaken = false;
  readonly #patience: Patience;
  readonly #over = new AbortController();
  #body: Bytes | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isAnswered = false;
  #resolve: (answer: Response) => void = nothing;

  constructor({ method, path, headers, body, signal }: Outgoing, patience: Patience) {
    // What nobody could read would keep everything that waits behind it.
    this.wire = waitingCall.parse({ id: randomUUID(), method, path, headers, hasBody: body !== undefined });
    this.keptBytes = body instanceof Uint8Array ? body.byteLength : 0;
    this.#body = streamOf(body);
    this.#patience = patience;
    this.answered = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.whenOver(reject);
    });
    const leave = () => this.end(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    this.whenOver(() => signal.removeEventListener("abort", leave));
    this.#expectWithin(patience.takenMs);
    if (signal.aborted) leave();
  }

  whenOver(tell: (reason: unknown) => void): void {
    const { signal } = this.#over;
    signal.addEventListener("abort", () => tell(signal.reason), { once: true });
  }

  take(): WaitingCall {
    this.isTaken = true;
    this.#expectWithin(this.#patience.silentMs);
    return this.wire;
  }

  /** Its body, once. */
  takeBody(): Bytes | undefined {
    const body = this.#body;
    this.#body = undefined;
    if (!body) return undefined;
    const { takenMs, silentMs } = this.#patience;
    return passOn(body, this.#over.signal, {
      asked: () => this.#expectAnswerWithin(silentMs),
      ended: (failure) => (failure ? this.end(failure.error) : this.#expectAnswerWithin(silentMs)),
      // Whoever reads no further answers at once, or is gone.
      left: () => this.#expectAnswerWithin(takenMs),
    });
  }

  /** Gives the caller this answer, once; true when the caller has read all of it, false when nobody waits for it any more. */
  async answer({ status, headers }: z.infer<typeof answerHead>, body: Bytes | null): Promise<boolean> {
    if (this.#isAnswered || this.#over.signal.aborted) {
      await body?.cancel().catch(nothing);
      return false;
    }
    try {
      new Headers(headers);
    } catch (error) {
      // An answer that nobody could be handed is the end of the call, not a silence of hours.
      await body?.cancel().catch(nothing);
      this.end(error);
      return false;
    }
    this.#isAnswered = true;
    clearTimeout(this.#timer);
    if (body && !bodilessStatus.has(status) && this.wire.method !== "HEAD") {
      return this.#handOver(status, headers, body);
    }
    this.#resolve(new Response(null, { status, headers }));
    await body?.cancel().catch(nothing);
    this.end(undefined);
    return true;
  }

  #handOver(status: number, headers: Record<string, string>, body: Bytes): Promise<boolean> {
    return new Promise((resolve) => {
      const shown = passOn(body, this.#over.signal, {
        asked: () => this.#expectWithin(this.#patience.silentMs),
        got: () => clearTimeout(this.#timer),
        ended: (failure) => {
          resolve(failure === undefined);
          this.end(failure?.error);
        },
        left: () => this.end(undefined),
      });
      this.whenOver(() => resolve(false));
      this.#resolve(new Response(shown, { status, headers }));
    });
  }

  #expectAnswerWithin(ms: number): void {
    if (!this.#isAnswered) this.#expectWithin(ms);
  }

  #expectWithin(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#over.signal.aborted) return;
    this.#timer = setTimeout(() => this.end(new DOMException("nobody answers", "TimeoutError")), ms);
  }

  /** Ends it for everybody; without a reason because all is done. */
  end(reason: unknown): void {
    clearTimeout(this.#timer);
    this.#over.abort(reason);
  }
}
