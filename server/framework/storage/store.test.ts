import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sha256Hex } from "#server/protocol/canonical";
import { copyStored, isStored, readStored, storeFile, storeStream } from "./store";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "krdc-store-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const of = (text: string) => Readable.from([Buffer.from(text)]);
const filesBelow = (at: string) =>
  readdirSync(join(at, "store"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
const read = async (sha256: string) => readFile(readStored(folder, sha256).path, "utf8");

test("bytes are kept under their digest", async () => {
  const stored = await storeStream(folder, of("자료"), { maxBytes: 100 });
  expect(stored).toEqual({ sha256: sha256Hex("자료"), size: 6 });
  expect(await read(stored.sha256)).toBe("자료");
});

test("the same bytes stored many times at once are one file", async () => {
  await Promise.all(Array.from({ length: 20 }, () => storeStream(folder, of("same"), { maxBytes: 4 })));
  expect(filesBelow(folder)).toHaveLength(1);
});

test("an app may change its copy, never what is stored", async () => {
  const { sha256 } = await storeStream(folder, of("kept"), { maxBytes: 4 });
  const copy = join(folder, "task/in/port/이름.txt");
  await copyStored(folder, sha256, copy);
  await writeFile(copy, "changed");
  expect(await read(sha256)).toBe("kept");
});

describe("nothing torn is ever seen", () => {
  test("while bytes still come in", async () => {
    const source = new PassThrough();
    const storing = storeStream(folder, source, { maxBytes: 100 });
    source.write("half ");
    expect(await isStored(folder, sha256Hex("half whole"))).toBe(false);
    expect(await isStored(folder, sha256Hex("half "))).toBe(false);
    source.end("whole");
    expect(await isStored(folder, (await storing).sha256)).toBe(true);
  });

  test.each<{ given: string; source: () => Readable; options: { maxBytes: number; expected?: string }; want: object }>([
    {
      given: "the sender breaks off",
      source: () =>
        Readable.from(
          (function* () {
            yield Buffer.from("half");
            throw new Error("the wire broke");
          })(),
        ),
      options: { maxBytes: 100 },
      want: { message: "the wire broke" },
    },
    {
      given: "another digest came",
      source: () => of("b"),
      options: { maxBytes: 9, expected: sha256Hex("a") },
      want: { kind: "unprocessable", reason: "storage.wrong_digest" },
    },
    {
      given: "more came than allowed",
      source: () => of("12345"),
      options: { maxBytes: 4 },
      want: { kind: "too_large", reason: "storage.too_large" },
    },
    {
      given: "less came than its digest says",
      source: () => of("ab"),
      options: { maxBytes: 3, expected: sha256Hex("abc") },
      want: { reason: "storage.wrong_digest" },
    },
  ])("when $given", async ({ source, options, want }) => {
    await expect(storeStream(folder, source(), options)).rejects.toMatchObject(want);
    expect(filesBelow(folder)).toEqual([]);
  });
});

/** A disk of 64 KiB, where this machine lets us make one. */
function aTinyDisk(): string | undefined {
  const disk = mkdtempSync(join(tmpdir(), "krdc-disk-"));
  try {
    execFileSync("/bin/mount", ["-t", "tmpfs", "-o", "size=64k", "krdc-tests", disk], { stdio: "ignore" });
    return disk;
  } catch {
    rmSync(disk, { recursive: true });
    return undefined;
  }
}

test("a full disk is told as such, leaves nothing behind and harms nothing that is kept", async ({ skip }) => {
  const disk = aTinyDisk();
  if (!disk) return skip("only root may make the tiny disk that this test fills");
  try {
    const kept = await storeStream(disk, of("kept"), { maxBytes: 4 });
    mkdirSync(join(disk, "app"));
    const large = Readable.from([Buffer.alloc(40_000), Buffer.alloc(40_000)]);
    const refused = { kind: "unavailable", reason: "storage.disk_full" };
    await expect(storeStream(disk, large, { maxBytes: 1e6 })).rejects.toMatchObject(refused);
    expect(filesBelow(disk).map(({ name }) => name)).toEqual([kept.sha256]);
    await writeFile(join(disk, "app/output"), Buffer.alloc(35_000));
    await expect(storeFile(disk, join(disk, "app/output"), 1e6)).rejects.toMatchObject(refused);
    expect(filesBelow(disk).map(({ name }) => name)).toEqual([kept.sha256]);
  } finally {
    execFileSync("/bin/umount", [disk]);
    rmSync(disk, { recursive: true });
  }
});
