import { callJson, type Transport } from "#server/protocol/call";
import { nextCalls, type SealedLetter } from "#server/protocol/reach";
import type { FrameworkContext } from "../context";
import { answerWaitingCall } from "./answer-waiting-call";
import { takeLetter } from "./take-letter";

/** Where calls for us wait: its name, and the address under which it has its reverse calls. */
export type Place = { name: string; url: string };

const waitMs = 25_000;
const lateMs = 10_000;
/** Long polls of logs and events take most of it. */
const mostAtOnce = 256;
const longestPauseMs = 3000;

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
  });

/** Takes what waits for us at one place. */
class Taker {
  readonly #ctx: FrameworkContext;
  readonly #gate: Transport;
  readonly #place: Place;
  readonly #working = new Set<Promise<void>>();
  #taken: string[] = [];

  constructor(ctx: FrameworkContext, gate: Transport, place: Place) {
    this.#ctx = ctx;
    this.#gate = gate;
    this.#place = place;
  }

  #begin(work: () => Promise<void>): void {
    const mine: Promise<void> = work()
      .catch((error: unknown) => this.#tell(error, "a call that waited for us was not answered"))
      .finally(() => this.#working.delete(mine));
    this.#working.add(mine);
  }

  #tell(error: unknown, what: string): void {
    if (this.#ctx.stopping.aborted) return;
    this.#ctx.log.info({ place: this.#place.name, error: error instanceof Error ? error.message : error }, what);
  }

  async #open(letter: SealedLetter): Promise<void> {
    try {
      const work = await takeLetter(this.#ctx, this.#gate, letter);
      if (work) this.#begin(work);
    } catch (error) {
      this.#tell(error, "a letter was refused");
    }
  }

  async take(signal: AbortSignal): Promise<void> {
    while (this.#working.size >= mostAtOnce) await Promise.race(this.#working);
    const at = `${this.#place.url}/reverse-calls`;
    const { body } = await callJson(this.#ctx.key, {
      method: "POST",
      url: `${at}/next`,
      json: { taken: this.#taken },
      now: this.#ctx.now(),
      timeoutMs: waitMs + lateMs,
      signal,
    });
    const { calls, letters } = nextCalls.parse(body);
    this.#taken = letters.map(({ id }) => id);
    for (const call of calls) {
      this.#begin(() => answerWaitingCall(this.#ctx, this.#gate, { call, at: `${at}/${call.id}` }));
    }
    for (const letter of letters) await this.#open(letter);
  }
}

/** Asks one place for what waits there for us, for as long as it is a place of ours; one that is away is asked a little later. */
export async function takeCalls(
  ctx: FrameworkContext,
  gate: Transport,
  place: Place,
  signal: AbortSignal,
): Promise<void> {
  const taker = new Taker(ctx, gate, place);
  for (let failures = 0; !signal.aborted; ) {
    try {
      await taker.take(signal);
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      ctx.log.info({ place: place.name, error: error instanceof Error ? error.message : error }, "nothing was taken");
      await pause(Math.min(longestPauseMs, 100 * 2 ** failures), signal);
    }
  }
}
