import type { HostedRunAnswer } from "#server/protocol/hosted-run";

/** What home and hub say to a host, and what it answers; in the model nothing ties an answer to its question. */
export type ToHost =
  | { kind: "put"; attempt: number; grantId: string }
  | { kind: "input" | "cancel" | "acknowledge" | "ask" | "fetch"; attempt: number }
  | { kind: "leases"; attempts: number[] }
  | { kind: "events"; after: number }
  | { kind: "revoke" };
export type ToHome =
  | { kind: "answer"; answer: HostedRunAnswer }
  | { kind: "refused"; attempt: number; reason: string }
  | { kind: "page"; cursor: number; events: HostedRunAnswer[] }
  | { kind: "acknowledged"; attempt: number }
  | { kind: "results"; attempt: number };
export type Message = { to: "host"; said: ToHost } | { to: "home"; said: ToHome };

/** A net to which messages are given, and which hands out those that arrive at a moment. */
export type Net = {
  send: (message: Message) => void;
  arriving: (now: number) => Message[];
  isEmpty: () => boolean;
};

/** Numbers between 0 and 1 that are the same for the same seed. */
export function numbersOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Copies of one message by how much later each arrives, in ticks. */
type Copies = () => number[];

function aNet(copies: Copies): Net {
  let [now, underWay]: [number, { message: Message; at: number }[]] = [0, []];
  return {
    send: (message) => underWay.push(...copies().map((later) => ({ message, at: now + later }))),
    arriving: (moment) => {
      now = moment;
      const arrived = underWay.filter(({ at }) => at <= now).sort((one, other) => one.at - other.at);
      underWay = underWay.filter(({ at }) => at > now);
      return arrived.map(({ message }) => message);
    },
    isEmpty: () => underWay.length === 0,
  };
}

/** Everything arrives once, in order, at the next tick. */
export const orderlyNet = (): Net => aNet(() => [1]);

/** Everything is sent three times; of the copies some are lost, and the others arrive in any order among all that is under way. */
export function wildNet(random: () => number): Net {
  const [lost, latest] = [random() * 0.5, 2 + random() * 38];
  const copy = () => (random() < lost ? [] : [1 + random() * latest]);
  return aNet(() => [copy(), copy(), copy()].flat());
}
