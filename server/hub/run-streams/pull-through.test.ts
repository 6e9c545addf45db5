import { expect, test } from "vitest";
import { pullThrough } from "./pull-through";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (chunk: Uint8Array | undefined) => new TextDecoder().decode(chunk);

/** A source that counts how often it was asked. */
function aSource(chunks: readonly (string | Error)[]) {
  let pulls = 0;
  let cancelled = false;
  const left = [...chunks];
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        pulls += 1;
        const next = left.shift();
        if (next === undefined) return new Promise(() => undefined);
        if (next instanceof Error) controller.error(next);
        else controller.enqueue(bytes(next));
        return undefined;
      },
      cancel() {
        cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, pulls: () => pulls, isCancelled: () => cancelled };
}

test("nothing is taken from the source before the reader asks", async () => {
  const source = aSource(["data: 1\n\n", "data: 2\n\n", "data: 3\n\n"]);
  const reader = pullThrough(source.stream, { beatMs: 60_000 }).getReader();
  expect(source.pulls()).toBe(0);
  expect(text((await reader.read()).value)).toBe("data: 1\n\n");
  expect(source.pulls()).toBe(1);
});

test("silence is filled with comments, never inside an event", async () => {
  const whole = pullThrough(aSource(["data: 1\n\n"]).stream, { beatMs: 5 }).getReader();
  expect(text((await whole.read()).value)).toBe("data: 1\n\n");
  expect(text((await whole.read()).value)).toBe(": alive\n\n");
  const torn = aSource(["data: 1", "\n\n"]);
  const reader = pullThrough(torn.stream, { beatMs: 5 }).getReader();
  expect(text((await reader.read()).value)).toBe("data: 1");
  expect(text((await reader.read()).value)).toBe("\n\n");
  expect(text((await reader.read()).value)).toBe(": alive\n\n");
});

test("a source that breaks ends the stream quietly, and a reader that leaves ends the source", async () => {
  const broken = pullThrough(aSource([new Error("cut")]).stream, { beatMs: 60_000 }).getReader();
  expect(await broken.read()).toEqual({ done: true, value: undefined });
  const source = aSource([]);
  const reader = pullThrough(source.stream, { beatMs: 60_000 }).getReader();
  await reader.cancel();
  expect(source.isCancelled()).toBe(true);
});
