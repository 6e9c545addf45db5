import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { signalWithin } from "./signal-within";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

test("its time comes also when nobody holds anything but a listener, and garbage was collected meanwhile", async () => {
  const never = new AbortController();
  const ended = new Promise<Event>((resolve) => {
    signalWithin(80, never.signal).addEventListener("abort", resolve, { once: true });
  });
  for (let count = 0; count < 5; count += 1) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await ended;
});

test("it ends with any of the others", () => {
  const other = new AbortController();
  const signal = signalWithin(60_000, other.signal);
  expect(signal.aborted).toBe(false);
  other.abort();
  expect(signal.aborted).toBe(true);
});
