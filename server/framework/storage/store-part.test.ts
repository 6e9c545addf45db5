import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sha256Hex } from "#server/protocol/canonical";
import { isStored, readStored } from "./store";
import { partSize, storePart, sweepParts } from "./store-part";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "krdc-part-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const whole = "처음 그리고 나머지";
const bytes = Buffer.from(whole);
const wanted = { part: "one", expected: sha256Hex(whole), size: bytes.length, idleMs: 5000 };
const of = (chunk: Buffer) => Readable.from([chunk]);

/** Brings the first bytes and then breaks. */
function breaking(chunk: Buffer): Readable {
  return Readable.from(
    (function* () {
      yield chunk;
      throw new Error("the wire broke");
    })(),
  );
}

test("a transfer that broke goes on where it broke", async () => {
  const storing = storePart(folder, breaking(bytes.subarray(0, 7)), { ...wanted, offset: 0 });
  await expect(storing).rejects.toMatchObject({ reason: "storage.cut_off" });
  expect(await partSize(folder, "one")).toBe(7);
  expect(await isStored(folder, wanted.expected)).toBe(false);
  await storePart(folder, of(bytes.subarray(7)), { ...wanted, offset: 7 });
  expect(await readFile(readStored(folder, wanted.expected).path, "utf8")).toBe(whole);
  expect(await partSize(folder, "one")).toBe(0);
});

test("bytes that end too early are kept, not taken for the whole", async () => {
  const storing = storePart(folder, of(bytes.subarray(0, 5)), { ...wanted, offset: 0 });
  await expect(storing).rejects.toMatchObject({ reason: "storage.cut_off", retryable: true });
  expect(await partSize(folder, "one")).toBe(5);
});

test("a rest that does not fit its beginning is thrown away with it", async () => {
  await storePart(folder, of(bytes.subarray(0, 5)), { ...wanted, offset: 0 }).catch(() => undefined);
  const wrong = Buffer.from(bytes.subarray(5));
  wrong[0] = (wrong[0] ?? 0) ^ 1;
  const storing = storePart(folder, of(wrong), { ...wanted, offset: 5 });
  await expect(storing).rejects.toMatchObject({ reason: "storage.wrong_digest" });
  expect(await partSize(folder, "one")).toBe(0);
});

test("more bytes than promised are refused and not kept", async () => {
  const storing = storePart(folder, of(Buffer.concat([bytes, bytes])), { ...wanted, offset: 0 });
  await expect(storing).rejects.toMatchObject({ reason: "storage.too_large" });
  expect(await partSize(folder, "one")).toBe(0);
});

test("a transfer cannot go on where nothing is", async () => {
  const storing = storePart(folder, of(bytes), { ...wanted, offset: 3 });
  await expect(storing).rejects.toMatchObject({ reason: "storage.part_elsewhere" });
});

test("a link on which nothing moves is given up", async () => {
  const source = new PassThrough();
  source.write(bytes.subarray(0, 4));
  const storing = storePart(folder, source, { ...wanted, offset: 0, idleMs: 50 });
  await expect(storing).rejects.toMatchObject({ reason: "storage.cut_off" });
  expect(await partSize(folder, "one")).toBe(4);
});

test("whoever comes again ends the transfer that hangs and goes on alone", async () => {
  const hanging = new PassThrough();
  const first = storePart(folder, hanging, { ...wanted, offset: 0 });
  first.catch(() => undefined);
  const calls = [of(bytes), of(bytes), of(bytes)].map((body) => storePart(folder, body, { ...wanted, offset: 0 }));
  const ended = await Promise.allSettled([first, ...calls]);
  expect(ended[0]).toMatchObject({ status: "rejected" });
  expect(ended.at(-1)).toMatchObject({ status: "fulfilled" });
  expect(await readFile(readStored(folder, wanted.expected).path, "utf8")).toBe(whole);
});

test("what nobody came back for is removed after two weeks, nothing else", async () => {
  await storePart(folder, of(bytes.subarray(0, 5)), { ...wanted, offset: 0 }).catch(() => undefined);
  await sweepParts(folder, new Date(Date.now() + 13 * 86_400_000));
  expect(await partSize(folder, "one")).toBe(5);
  await sweepParts(folder, new Date(Date.now() + 15 * 86_400_000));
  expect(await partSize(folder, "one")).toBe(0);
});
