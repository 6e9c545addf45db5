import type { Fate, Relay } from "#server/framework/relay.build";

/** Random numbers from 0 to 1 that are the same for the same seed, so that a story that failed can be told again. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** KRDC_SEED tells a story again; without it every run of the tests tells another, and says which. */
export function seedOf(story: string): number {
  const seed = Number(process.env.KRDC_SEED || Math.floor(Math.random() * 2 ** 31));
  console.log(`${story}: KRDC_SEED=${seed}`);
  return seed;
}

/** How many of a story's things there are: fewer for every change, more on demand. */
export const soak = (usually: number): number => Number(process.env.KRDC_SOAK || usually);

/** This share of all calls is lost: a half of them never arrives, of the others the answer does not come back. */
export const someLost = (random: () => number, share: number) => (): Fate => {
  const drawn = random();
  if (drawn < share / 2) return "cut";
  return drawn < share ? "lose_answer" : "pass";
};

export const halfLost = (random: () => number) => someLost(random, 0.5);

/** Half of all calls break in the middle of what is sent or answered. */
export const halfTorn = (random: () => number) => (): Fate => {
  const drawn = random();
  const cutAfter = Math.floor(random() * 400);
  if (drawn < 0.25) return { of: "request", cutAfter };
  return drawn < 0.5 ? { of: "answer", cutAfter } : "pass";
};

export const late = (ms: number) => () => new Promise<Fate>((resolve) => setTimeout(() => resolve("pass"), ms));

/** Calls go in and nothing comes out, until the wires are given something else to do: then they break. */
export function blackHole(wires: Relay[]): { heal: () => void; swallowed: () => number } {
  let isOpen = true;
  const held: (() => void)[] = [];
  for (const wire of wires) {
    wire.fate = () => (isOpen ? new Promise<Fate>((resolve) => held.push(() => resolve("cut"))) : "pass");
    wire.breakAll();
  }
  const heal = () => {
    isOpen = false;
    for (const release of held) release();
    for (const wire of wires) wire.fate = () => "pass";
  };
  return { heal, swallowed: () => held.length };
}

/** No call arrives any more, and those under way end. */
export function cut(wires: Relay[]): { heal: () => void; swallowed: () => number } {
  let count = 0;
  for (const wire of wires) {
    wire.fate = () => {
      count += 1;
      return "cut";
    };
    wire.breakAll();
  }
  const heal = () => {
    for (const wire of wires) wire.fate = () => "pass";
  };
  return { heal, swallowed: () => count };
}
