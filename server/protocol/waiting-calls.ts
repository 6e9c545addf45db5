import { EventEmitter } from "node:events";
import type { z } from "zod";
import { OpenCall, type Outgoing, type Patience } from "./open-call";
import type { answerHead, WaitingCall } from "./reach";

/** What one process keeps at most for those whom it cannot dial. */
export type Bounds = Patience & { perRecipient: number; waitingBytes: number; takenAtOnce: number };
const usual: Bounds = {
  // A proof lives for 25 s: a call that is taken later would be refused.
  takenMs: 15_000,
  silentMs: 300_000,
  perRecipient: 256,
  waitingBytes: 64 * 1024 * 1024,
  takenAtOnce: 32,
};

/**
 * Where calls wait for a framework that nobody can dial until it comes and takes them. It lives in the memory of the one
 * process that makes the calls: with it they end as on a broken line, and a second process would have a room of its own.
 * Bodies and answers pass through as fast as they are read; only bodies that are bytes already are kept.
 */
export class WaitingCalls {
  readonly #bounds: Bounds;
  readonly #calls = new Map<string, Map<string, OpenCall>>();
  readonly #signals = new EventEmitter().setMaxListeners(0);
  #keptBytes = 0;

  constructor(bounds: Partial<Bounds> = {}) {
    this.#bounds = { ...usual, ...bounds };
  }

  /** Answers as `fetch` would, or throws when nobody took or answered it in time. */
  ask(recipient: string, outgoing: Outgoing): Promise<Response> {
    const call = new OpenCall(outgoing, this.#bounds);
    const calls = this.#calls.get(recipient) ?? new Map<string, OpenCall>();
    const isFull =
      calls.size >= this.#bounds.perRecipient || this.#keptBytes + call.keptBytes > this.#bounds.waitingBytes;
    if (isFull) call.end(new Error("too much waits already"));
    else this.#keep(recipient, calls, call);
    return call.answered;
  }

  #keep(recipient: string, calls: Map<string, OpenCall>, call: OpenCall): void {
    this.#calls.set(recipient, calls.set(call.wire.id, call));
    this.#keptBytes += call.keptBytes;
    call.whenOver(() => {
      this.#keptBytes -= call.keptBytes;
      calls.delete(call.wire.id);
      if (calls.size === 0) this.#calls.delete(recipient);
    });
    this.wake(recipient);
  }

  /** Those that wait for this framework, oldest first; each is handed out once. */
  take(recipient: string): WaitingCall[] {
    const waiting = [...(this.#calls.get(recipient)?.values() ?? [])].filter((call) => !call.isTaken);
    return waiting.slice(0, this.#bounds.takenAtOnce).map((call) => call.take());
  }

  /** The body of a call that this framework took, once; undefined for every other one. */
  bodyOf(recipient: string, id: string): ReadableStream<Uint8Array> | undefined {
    return this.#taken(recipient, id)?.takeBody();
  }

  /** True when the caller has read the whole answer; false when no call of this framework waits for it (any more). */
  async answer(
    recipient: string,
    id: string,
    head: z.infer<typeof answerHead>,
    body: ReadableStream<Uint8Array> | null,
  ): Promise<boolean> {
    return (await this.#taken(recipient, id)?.answer(head, body)) ?? false;
  }

  #taken(recipient: string, id: string): OpenCall | undefined {
    const call = this.#calls.get(recipient)?.get(id);
    return call?.isTaken ? call : undefined;
  }

  /** Ends the waits of this framework's polls, because something came for it. */
  wake(recipient: string): void {
    this.#signals.emit(`for ${recipient}`);
  }

  /** Waits until something comes, at the latest for `ms`; ask for it before looking, so that nothing falls in between. */
  nextFor(recipient: string, ms: number, signal: AbortSignal): { wait: Promise<void>; cancel: () => void } {
    let finish = () => {};
    const wait = new Promise<void>((resolve) => {
      const timer = setTimeout(() => finish(), ms);
      finish = () => {
        clearTimeout(timer);
        this.#signals.off(`for ${recipient}`, finish);
        signal.removeEventListener("abort", finish);
        resolve();
      };
      this.#signals.on(`for ${recipient}`, finish);
      signal.addEventListener("abort", finish, { once: true });
      if (signal.aborted) finish();
    });
    return { wait, cancel: () => finish() };
  }
}
