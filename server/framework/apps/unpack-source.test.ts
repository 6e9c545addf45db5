import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { digestOfTree, listTree, unpackSource } from "./unpack-source";

let room: string;
let folder: string;
beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), "krdc-archive-"));
  folder = join(room, "a/b/unpacked");
  await mkdir(folder, { recursive: true });
});
afterEach(() => rm(room, { recursive: true, force: true }));

type Entry = { name: string; type?: string; link?: string; body?: string | Buffer; size?: number };

const octal = (number: number, width: number) => number.toString(8).padStart(width - 1, "0");

/** One entry of a tar file, byte by byte, so that it may lie. */
function entryOf({ name, type = "0", link = "", body = "", size }: Entry): Buffer {
  const bytes = Buffer.from(body as string);
  const head = Buffer.alloc(512);
  head.write(name, 0, 100);
  head.write(octal(0o644, 8), 100);
  head.write(octal(0, 8), 108);
  head.write(octal(0, 8), 116);
  head.write(octal(size ?? bytes.length, 12), 124);
  head.write(octal(0, 12), 136);
  head.write("        ", 148);
  head.write(type, 156);
  head.write(link, 157, 100);
  head.write("ustar\u000000", 257);
  head.write(
    `${octal(
      head.reduce((sum, byte) => sum + byte, 0),
      7,
    )}\0 `,
    148,
  );
  return Buffer.concat([head, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

function longName(path: string): Entry {
  const record = (length: number): string => `${length} path=${path}\n`;
  let length = record(0).length;
  while (Buffer.byteLength(record(length)) !== length) length = Buffer.byteLength(record(length));
  return { name: "pax", type: "x", body: record(length) };
}

const tarOf = (entries: Entry[]) => gzipSync(Buffer.concat([...entries.map(entryOf), Buffer.alloc(1024)]));
const ok: Entry = { name: "main.py", body: "print(1)" };

async function unpack(archive: Buffer): Promise<void> {
  const path = join(room, "source.tar.gz");
  await writeFile(path, archive);
  await unpackSource(path, folder, (await stat(path)).size);
}

test("files and folders are unpacked with their names", async () => {
  await unpack(
    tarOf([
      { name: "./", type: "5" },
      { name: "./main.py", body: "print(1)" },
      { name: "자료 모음/", type: "5" },
      { name: "자료 모음/표 1.csv", body: "a" },
      { name: "deep/er/x", body: "x" },
    ]),
  );
  expect(await readFile(join(folder, "자료 모음/표 1.csv"), "utf8")).toBe("a");
  expect((await listTree(folder, () => false)).map(({ path }) => path)).toEqual(
    ["deep/er/x", "main.py", "자료 모음/표 1.csv"].sort(),
  );
});

describe("a hostile archive is refused by its name, and nothing of it is written", () => {
  test.each<{ given: string; archive: (outside: string) => Buffer; want: string }>([
    { given: "a path upwards", archive: () => tarOf([ok, { name: "../escaped", body: "x" }]), want: "archive.escapes" },
    {
      given: "a path upwards by a detour",
      archive: () => tarOf([ok, { name: "x/../../escaped", body: "x" }]),
      want: "archive.escapes",
    },
    {
      given: "an absolute path",
      archive: (outside) => tarOf([ok, { name: outside, body: "x" }]),
      want: "archive.escapes",
    },
    {
      given: "a path with backslashes",
      archive: () => tarOf([ok, { name: "..\\escaped", body: "x" }]),
      want: "archive.escapes",
    },
    {
      given: "a symbolic link",
      archive: () => tarOf([ok, { name: "link", type: "2", link: "/etc/passwd" }]),
      want: "archive.not_a_file",
    },
    {
      given: "a file through a symbolic link",
      archive: () =>
        tarOf([
          { name: "up", type: "2", link: ".." },
          { name: "up/escaped", body: "x" },
        ]),
      want: "archive.not_a_file",
    },
    {
      given: "a hard link",
      archive: () => tarOf([ok, { name: "link", type: "1", link: "../../outside" }]),
      want: "archive.not_a_file",
    },
    { given: "a device", archive: () => tarOf([ok, { name: "null", type: "3" }]), want: "archive.not_a_file" },
    { given: "a pipe", archive: () => tarOf([ok, { name: "pipe", type: "6" }]), want: "archive.not_a_file" },
    {
      given: "too many entries",
      archive: () => tarOf(Array.from({ length: 5001 }, (_, n) => ({ name: `f${n}` }))),
      want: "archive.too_large",
    },
    {
      given: "a bomb",
      archive: () => tarOf([ok, { name: "zeros", body: Buffer.alloc(5_000_000) }]),
      want: "archive.too_large",
    },
    {
      given: "a size that lies",
      archive: () => tarOf([ok, { name: "big", size: 300 * 1024 ** 2 }]),
      want: "archive.too_large",
    },
    {
      given: "nothing in it",
      archive: () =>
        tarOf([
          { name: "./", type: "5" },
          { name: "x/", type: "5" },
        ]),
      want: "archive.empty",
    },
    {
      given: "no archive at all",
      archive: () => Buffer.from("this is no archive, but a text that is long enough".repeat(30)),
      want: "archive.unreadable",
    },
    { given: "an empty file", archive: () => Buffer.alloc(0), want: "archive.unreadable" },
    {
      given: "an archive that breaks off",
      archive: () =>
        tarOf([{ name: "x", body: Buffer.from(Array.from({ length: 9000 }, (_, n) => (n * 7919) % 251)) }]).subarray(
          0,
          300,
        ),
      want: "archive.unreadable",
    },
    {
      given: "the same file twice",
      archive: () => tarOf([ok, { name: "main.py", body: "print(2)" }]),
      want: "archive.duplicate",
    },
    {
      given: "the same file by another spelling",
      archive: () => tarOf([ok, { name: ".//main.py", body: "print(2)" }]),
      want: "archive.duplicate",
    },
    {
      given: "a file below a file",
      archive: () => tarOf([ok, { name: "main.py/x", body: "x" }]),
      want: "archive.duplicate",
    },
    {
      given: "a file where a folder is",
      archive: () =>
        tarOf([
          { name: "x/y", body: "x" },
          { name: "x", body: "x" },
        ]),
      want: "archive.duplicate",
    },
  ])("$given -> $want", async ({ archive, want }) => {
    const outside = join(room, "escaped");
    await expect(unpack(archive(outside))).rejects.toMatchObject({ kind: "unprocessable", reason: want });
    expect(readdirSync(folder)).toEqual([]);
    expect(readdirSync(room).sort()).toEqual(["a", "source.tar.gz"]);
    expect(existsSync(join(room, "a/escaped")) || existsSync(join(room, "a/b/escaped"))).toBe(false);
  });
});

test("a NUL ends a name, as everywhere in tar, and hides nothing behind it", async () => {
  await unpack(tarOf([ok, longName("seen\0../../hidden"), { name: "short", body: "x" }]));
  expect(readdirSync(folder).sort()).toEqual(["main.py", "seen"]);
  expect(readdirSync(room).sort()).toEqual(["a", "source.tar.gz"]);
});

test("equal content has an equal digest, whatever order it was written in", async () => {
  await unpack(
    tarOf([
      { name: "b", body: "2" },
      { name: "a", body: "1" },
    ]),
  );
  const one = digestOfTree(await listTree(folder, () => false));
  await rm(folder, { recursive: true });
  await mkdir(folder);
  await unpack(
    tarOf([
      { name: "a", body: "1" },
      { name: "b", body: "2" },
    ]),
  );
  expect(digestOfTree(await listTree(folder, () => false))).toBe(one);
  await writeFile(join(folder, "a"), "3");
  expect(digestOfTree(await listTree(folder, () => false))).not.toBe(one);
});
