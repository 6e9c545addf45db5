import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { contentHash, listSources, readJson, stampedHash } from "./hashing.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "krdc 해시 "));
  mkdirSync(join(root, "server/launch"), { recursive: true });
  writeFileSync(join(root, "server/a.ts"), "a");
  writeFileSync(join(root, "server/launch/b.ts"), "b");
  writeFileSync(join(root, "server/a.test.ts"), "t");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const isSource = (path: string) => !path.endsWith(".test.ts");
const files = () => listSources(root, ["server", "package.json"], isSource);

describe("a build is named after what it was made of", () => {
  test("sources are listed in one order, without tests and without paths that do not exist", () => {
    expect(files()).toEqual(["server/a.ts", "server/launch/b.ts"]);
  });

  test.each<{ given: string; change: () => void; facts?: string[]; isSame: boolean }>([
    { given: "nothing", change: () => undefined, isSame: true },
    { given: "a test", change: () => writeFileSync(join(root, "server/a.test.ts"), "other"), isSame: true },
    { given: "a source", change: () => writeFileSync(join(root, "server/a.ts"), "other"), isSame: false },
    { given: "a new source", change: () => writeFileSync(join(root, "server/c.ts"), ""), isSame: false },
    { given: "another Node", change: () => undefined, facts: ["22"], isSame: false },
  ])("changing $given keeps the hash: $isSame", ({ change, facts = ["20"], isSame }) => {
    const before = contentHash(root, files(), ["20"]);
    change();
    expect(contentHash(root, files(), facts) === before).toBe(isSame);
  });

  test("contents are read again only when a time or a size has changed", () => {
    const stampFile = join(root, ".build/stamps/bundles.json");
    const ask = () => stampedHash(root, { files: files(), facts: [], stampFile });
    const first = ask();
    const stamp = readJson(stampFile);
    expect(stamp.hash).toBe(first);
    utimesSync(join(root, "server/a.ts"), new Date(), new Date("2020-01-01"));
    expect(ask()).toBe(first);
    expect(readJson(stampFile).signature).not.toBe(stamp.signature);
  });
});
