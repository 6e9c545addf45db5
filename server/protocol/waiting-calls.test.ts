import { describe, expect, test } from "vitest";
import type { Outgoing } from "./open-call";
import { type Bounds, WaitingCalls } from "./waiting-calls";

const bytes = (text: string) => new TextEncoder().encode(text);
const patient = () => new AbortController().signal;
const head = (status = 200) => ({ status, headers: { "content-type": "text/plain" } });
const streamOf = (...chunks: string[]) => new Blob(chunks).stream();

/** A source that is asked for one chunk after the other for ever, and says when it was ended. */
function anEndlessSource() {
  const seen = { pulls: 0, cancelled: undefined as unknown };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        seen.pulls += 1;
        controller.enqueue(bytes("x"));
      },
      cancel(reason) {
        seen.cancelled = reason ?? "cancelled";
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, seen };
}

function aRoom(bounds: Partial<Bounds> = {}) {
  const room = new WaitingCalls(bounds);
  const ask = (over: Partial<Outgoing> = {}) => {
    const answer = room.ask("bio", { method: "GET", path: "/v1/x", headers: {}, signal: patient(), ...over });
    answer.catch(() => undefined);
    return answer;
  };
  const takeOne = () => room.take("bio")[0]?.id ?? "";
  return { room, ask, takeOne };
}

test("calls are handed out once, in order, and to their own framework only", async () => {
  const { room, ask } = aRoom();
  const asked = [ask({ path: "/v1/1" }), ask({ path: "/v1/2" })];
  expect(room.take("materials")).toEqual([]);
  const taken = room.take("bio");
  expect(taken.map(({ path }) => path)).toEqual(["/v1/1", "/v1/2"]);
  expect(room.take("bio")).toEqual([]);
  const said = taken.map(({ id, path }) => room.answer("bio", id, head(), streamOf(path)));
  expect(await Promise.all(asked.map(async (one) => (await one).text()))).toEqual(["/v1/1", "/v1/2"]);
  expect(await Promise.all(said)).toEqual([true, true]);
});

test("body and answer belong to the framework that took the call, each once", async () => {
  const { room, ask, takeOne } = aRoom();
  const asked = ask({ method: "PUT", body: bytes("in") });
  const id = takeOne();
  expect(room.bodyOf("materials", id)).toBeUndefined();
  expect(await room.answer("materials", id, head(), streamOf("no"))).toBe(false);
  expect(await new Response(room.bodyOf("bio", id)).text()).toBe("in");
  expect(room.bodyOf("bio", id)).toBeUndefined();
  const first = room.answer("bio", id, head(), streamOf("out"));
  expect(await room.answer("bio", id, head(), streamOf("again"))).toBe(false);
  expect(await (await asked).text()).toBe("out");
  expect(await first).toBe(true);
});

test("an answer may have no body", async () => {
  const { room, ask, takeOne } = aRoom();
  const asked = ask();
  expect(await room.answer("bio", takeOne(), head(204), streamOf("ignored"))).toBe(true);
  expect((await asked).status).toBe(204);
});

describe("whoever waits in vain is told in time", () => {
  test("nobody takes it", async () => {
    const { ask, room } = aRoom({ takenMs: 20 });
    await expect(ask()).rejects.toThrow("nobody answers");
    expect(room.take("bio")).toEqual([]);
  });

  test("whoever took it neither reads nor answers", async () => {
    const { ask, takeOne, room } = aRoom({ silentMs: 20 });
    const asked = ask();
    const id = takeOne();
    await expect(asked).rejects.toThrow("nobody answers");
    expect(await room.answer("bio", id, head(), streamOf("late"))).toBe(false);
  });

  test("whoever took it left in the middle of the body", async () => {
    const { ask, takeOne, room } = aRoom({ takenMs: 20 });
    const source = anEndlessSource();
    const asked = ask({ method: "PUT", body: source.stream });
    const reader = room.bodyOf("bio", takeOne())?.getReader();
    await reader?.read();
    await reader?.cancel();
    await expect(asked).rejects.toThrow("nobody answers");
    expect(source.seen.cancelled).toBeDefined();
  });

  test("the answer stops in its middle", async () => {
    const { ask, takeOne, room } = aRoom({ silentMs: 20 });
    const asked = ask();
    const stalled = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(bytes("half")) });
    const said = room.answer("bio", takeOne(), head(), stalled);
    await expect((await asked).text()).rejects.toThrow("nobody answers");
    expect(await said).toBe(false);
  });

  test("its own patience ends, before and after the answer began", async () => {
    const { ask, takeOne, room } = aRoom();
    const before = new AbortController();
    const early = ask({ signal: before.signal });
    before.abort(new Error("enough"));
    await expect(early).rejects.toThrow("enough");
    expect(room.take("bio")).toEqual([]);

    const after = new AbortController();
    const source = anEndlessSource();
    const late = ask({ signal: after.signal });
    const said = room.answer("bio", takeOne(), head(), source.stream);
    const reader = (await late).body?.getReader();
    await reader?.read();
    after.abort(new Error("enough"));
    await expect(reader?.read()).rejects.toThrow("enough");
    expect(await said).toBe(false);
    expect(source.seen.cancelled).toBeDefined();
  });
});

test("whatever ends a call ends the reading of its body", async () => {
  const { ask, takeOne, room } = aRoom();
  const caller = new AbortController();
  const source = anEndlessSource();
  const asked = ask({ method: "PUT", body: source.stream, signal: caller.signal });
  const reader = room.bodyOf("bio", takeOne())?.getReader();
  await reader?.read();
  caller.abort(new Error("enough"));
  await expect(reader?.read()).rejects.toThrow("enough");
  await expect(asked).rejects.toThrow("enough");
  expect(source.seen.cancelled).toBeDefined();
});

test("a body that breaks at its source breaks the call", async () => {
  const { ask, takeOne, room } = aRoom();
  const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("cut")) });
  const asked = ask({ method: "PUT", body });
  await expect(room.bodyOf("bio", takeOne())?.getReader().read()).rejects.toThrow("cut");
  await expect(asked).rejects.toThrow("cut");
});

test("nothing is taken from either side before the other reads", async () => {
  const { ask, takeOne, room } = aRoom();
  const up = anEndlessSource();
  const down = anEndlessSource();
  const asked = ask({ method: "PUT", body: up.stream });
  const id = takeOne();
  const reader = room.bodyOf("bio", id)?.getReader();
  for (let read = 0; read < 3; read += 1) await reader?.read();
  expect(up.seen.pulls).toBe(3);
  void room.answer("bio", id, head(), down.stream);
  const answer = (await asked).body?.getReader();
  await answer?.read();
  expect(down.seen.pulls).toBe(1);
  await answer?.cancel();
  expect(down.seen.cancelled).toBeDefined();
});

describe("what waits is bounded, and room is made again", () => {
  test("in number for each framework, taken ones among them", async () => {
    const { ask, room, takeOne } = aRoom({ perRecipient: 2 });
    const first = ask();
    ask();
    const id = takeOne();
    await expect(ask()).rejects.toThrow("too much waits");
    const other = room.ask("materials", { method: "GET", path: "/v1/x", headers: {}, signal: patient() });
    expect(room.take("materials")).toHaveLength(1);
    await room.answer("bio", id, head(204), null);
    await first;
    const third = ask();
    expect(room.take("bio")).toHaveLength(1);
    third.catch(() => undefined);
    other.catch(() => undefined);
  });

  test("in bytes over all of them", async () => {
    const { ask, room, takeOne } = aRoom({ waitingBytes: 10 });
    const first = ask({ method: "PUT", body: bytes("12345678") });
    await expect(ask({ method: "PUT", body: bytes("123") })).rejects.toThrow("too much waits");
    await room.answer("bio", takeOne(), head(204), null);
    await first;
    const second = ask({ method: "PUT", body: bytes("1234567890") });
    expect(room.take("bio")).toHaveLength(1);
    second.catch(() => undefined);
  });

  test("in what is handed out at once", () => {
    const { ask, room } = aRoom({ takenAtOnce: 2 });
    for (let made = 0; made < 5; made += 1) ask();
    expect([room.take("bio"), room.take("bio"), room.take("bio")].map(({ length }) => length)).toEqual([2, 2, 1]);
  });
});

test("a call that nobody could read is refused at once, so that it keeps nothing else waiting", () => {
  const { room } = aRoom();
  const given = { method: "GET", headers: {}, signal: patient() } as const;
  expect(() => room.ask("bio", { ...given, path: `/${"x".repeat(5000)}` })).toThrow();
  expect(room.take("bio")).toEqual([]);
});

test("a wait ends when something comes for that framework, when its time is over, and when nobody waits any more", async () => {
  const { room, ask } = aRoom();
  const came = room.nextFor("bio", 60_000, patient());
  ask();
  await came.wait;
  await room.nextFor("bio", 5, patient()).wait;
  await room.nextFor("bio", 60_000, AbortSignal.abort()).wait;
  const gone = new AbortController();
  const waiting = room.nextFor("bio", 60_000, gone.signal);
  gone.abort();
  await waiting.wait;
});
