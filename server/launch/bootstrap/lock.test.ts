import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readHolder, takeLock, waitForLock } from "./lock.js";
import { thisProcess } from "./process-identity.js";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "krdc-lock-"));
  file = join(folder, "lock");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a lock has one living holder", () => {
  test("the second taker learns who holds it, and gets it once it is free", () => {
    const first = takeLock(file);
    expect(takeLock(file).heldBy).toEqual(thisProcess());
    first.release?.();
    expect(takeLock(file).release).toBeDefined();
  });

  test.each([
    { given: "a holder that has ended", content: JSON.stringify({ pid: 4_194_303, ticks: "1" }) },
    { given: "a pid that another process has now", content: JSON.stringify({ ...thisProcess(), ticks: "1" }) },
    { given: "half a file", content: '{"pid": 1' },
  ])("$given does not keep anybody out, and nothing is left beside the lock", ({ content }) => {
    writeFileSync(file, content);
    expect(takeLock(file).release).toBeDefined();
    expect(readHolder(file)).toEqual(thisProcess());
    expect(readdirSync(folder)).toEqual(["lock"]);
  });

  test("whoever waits is told once by whom, and goes on after the release", async () => {
    const first = takeLock(file);
    const told: unknown[] = [];
    const waiting = waitForLock(file, (holder) => {
      told.push(holder);
      first.release?.();
    });
    (await waiting)();
    expect(told).toEqual([thisProcess()]);
    expect(readHolder(file)).toBeUndefined();
  });
});
