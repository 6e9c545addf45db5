import { type ClientRequest, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Passage = { method: string; path: string };

/**
 * What the wire does with one call: lets it pass, breaks it before it arrives, loses the answer of one that arrived,
 * brings copies of it later, or (a promise) holds it until that is decided.
 */
export type Fate = "pass" | "cut" | "lose_answer" | Damage | Copied;

/**
 * Arrives, and again as many milliseconds later as each copy says; nobody hears the copies' answers. `isOvertaken`: one
 * more copy comes, and is answered, before the call itself.
 */
export type Copied = { copiesAfterMs: readonly number[]; isAnswerLost?: boolean; isOvertaken?: boolean };

/** What a bad wire does to the bytes of a call's body: breaks after some of them, or changes one. */
export type Damage = { of: "request" | "answer"; cutAfter?: number; flipAt?: number };

/** A stretch of wire in front of a gateway: its address stays while what stands behind it comes and goes. */
export type Relay = {
  url: string;
  target: number | undefined;
  /** Every call that came by, in order. */
  seen: Passage[];
  fate: (call: Passage) => Fate | Promise<Fate>;
  /** Breaks every connection that stands now. */
  breakAll: () => void;
  close: () => Promise<void>;
};

/** Lets a body through as the damage wants it; what was let through has left before the wire breaks. */
async function passDamaged(from: IncomingMessage, to: ServerResponse | ClientRequest, wire: Damage): Promise<void> {
  let passed = 0;
  for await (const chunk of from) {
    const bytes = Buffer.from(chunk as Buffer);
    const at = (wire.flipAt ?? -1) - passed;
    if (at >= 0 && at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ 1;
    const left = Math.max(0, (wire.cutAfter ?? Number.POSITIVE_INFINITY) - passed);
    passed += bytes.length;
    await new Promise((resolve) => to.write(bytes.subarray(0, left), resolve));
    if (left < bytes.length) throw new Error("the wire broke");
  }
  to.end();
}

type Open = { port: number; incoming: IncomingMessage; timers: Set<NodeJS.Timeout> };

/** Reads the whole call, so that it can be told more than once. */
async function forwardCopies({ port, incoming, timers }: Open, outgoing: ServerResponse, fate: Copied): Promise<void> {
  const { method, url, rawHeaders: headers } = incoming;
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const tell = (heard: (answer: IncomingMessage) => void, unheard: () => void) =>
    request({ port, host: "127.0.0.1", method, path: url, headers }, heard)
      .on("error", unheard)
      .end(Buffer.concat(parts));
  const ignore = (answer: IncomingMessage) => answer.on("error", () => undefined).resume();
  for (const ms of fate.copiesAfterMs) {
    const timer = setTimeout(() => [timers.delete(timer), tell(ignore, () => undefined)], ms);
    timers.add(timer);
  }
  const passOn = (answer: IncomingMessage) => {
    answer.on("error", () => outgoing.destroy());
    outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(outgoing);
  };
  const lose = (answer: IncomingMessage) => answer.resume().on("end", () => outgoing.destroy());
  const tellItself = () => tell(fate.isAnswerLost ? lose : passOn, () => outgoing.destroy());
  if (fate.isOvertaken) tell((answer) => ignore(answer).on("end", tellItself), tellItself);
  else tellItself();
}

type Straight = Exclude<Fate, Copied>;

function forward(port: number, incoming: IncomingMessage, outgoing: ServerResponse, fate: Straight): void {
  const isLost = fate === "lose_answer";
  const wire = typeof fate === "object" ? fate : undefined;
  const { method, url, rawHeaders: headers } = incoming;
  const onward = request({ port, host: "127.0.0.1", method, path: url, headers }, (answer) => {
    answer.on("error", () => outgoing.destroy());
    if (isLost) {
      answer.resume().on("end", () => outgoing.destroy());
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    if (wire?.of === "answer") passDamaged(answer, outgoing, wire).catch(() => outgoing.destroy());
    else answer.pipe(outgoing);
  });
  onward.on("error", () => outgoing.destroy());
  outgoing.on("close", () => onward.destroy());
  if (wire?.of === "request") passDamaged(incoming, onward, wire).catch(() => [onward.destroy(), outgoing.destroy()]);
  else incoming.pipe(onward);
}

const isCopied = (fate: Fate): fate is Copied => typeof fate === "object" && "copiesAfterMs" in fate;

export async function aRelay(): Promise<Relay> {
  const timers = new Set<NodeJS.Timeout>();
  const server = createServer(async (incoming, outgoing) => {
    const call = { method: incoming.method ?? "", path: incoming.url ?? "" };
    relay.seen.push(call);
    const fate = await relay.fate(call);
    if (relay.target === undefined || fate === "cut") incoming.socket.destroy();
    else if (isCopied(fate))
      await forwardCopies({ port: relay.target, incoming, timers }, outgoing, fate).catch(() => outgoing.destroy());
    else forward(relay.target, incoming, outgoing, fate);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const relay: Relay = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target: undefined,
    seen: [],
    fate: () => "pass",
    breakAll: () => server.closeAllConnections(),
    close: () =>
      new Promise((resolve) => {
        for (const timer of timers) clearTimeout(timer);
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return relay;
}

/** Holds the first call that matches: `reached` when it is there, and nothing happens to it before `release`. */
export function holdFirst(relay: Relay, matches: (call: Passage) => boolean) {
  let release: (fate: Fate) => void = () => {};
  const decided = new Promise<Fate>((resolve) => {
    release = resolve;
  });
  let arrive = () => {};
  const reached = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  let isHeld = false;
  relay.fate = (call) => {
    if (isHeld || !matches(call)) return "pass";
    isHeld = true;
    arrive();
    return decided;
  };
  return { reached, release };
}

/** The first calls that match meet a fate, all others pass; answers how many did. */
export function strike(relay: Relay, fate: Fate, times: number, matches: (call: Passage) => boolean) {
  const struck: Passage[] = [];
  relay.fate = (call) => {
    if (struck.length >= times || !matches(call)) return "pass";
    struck.push(call);
    return fate;
  };
  return struck;
}
