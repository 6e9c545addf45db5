import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { KrdcError } from "#server/errors";
import { isDiskFull, measure, settle } from "./store";

/**
 * What comes until the link breaks, falls silent or is given up: all of it is written, and the reader learns of the break
 * by what is missing at the end.
 */
async function* untilCut(source: Readable | AsyncIterable<Buffer>, idleMs: number, signal: AbortSignal) {
  const chunks = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await withinSilence(chunks.next(), idleMs, signal);
      if (next === undefined || next.done) return;
      yield next.value as Buffer;
    }
  } catch {
    // A broken link is no news to whoever counts the bytes.
  } finally {
    void chunks.return?.();
  }
}

/** Undefined when nothing came in time. */
function withinSilence<T>(next: Promise<T>, idleMs: number, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const giveUp = () => resolve(undefined);
    const timer = setTimeout(giveUp, idleMs);
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    next.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
    });
  });
}

async function hashOfPart(path: string, bytes: number) {
  const hash = createHash("sha256");
  if (bytes > 0) for await (const chunk of createReadStream(path, { end: bytes - 1 })) hash.update(chunk);
  return { hash, size: bytes };
}

const partPath = (folder: string, part: string) => join(folder, "store", "incoming", `${part}.part`);

/** How much of an interrupted transfer is here. */
export async function partSize(folder: string, part: string): Promise<number> {
  const facts = await stat(partPath(folder, part)).catch(() => undefined);
  return facts?.size ?? 0;
}

const partsUnderWay = new Map<string, { end: AbortController; done: Promise<unknown> }>();

type Part = {
  /** One name for each file of each attempt, so that the same transfer finds its beginning again. */
  part: string;
  offset: number;
  expected: string;
  size: number;
  idleMs: number;
};

/**
 * Goes on with a transfer at `offset`; what has come stays when it is cut off. Complete, it stands under its digest, or
 * is thrown away when it is something else.
 */
export async function storePart(folder: string, source: Readable | AsyncIterable<Buffer>, wanted: Part): Promise<void> {
  const path = partPath(folder, wanted.part);
  // A caller who comes again has given the old call up. Between the last look and our entry nothing may wait.
  for (let old = partsUnderWay.get(path); old; old = partsUnderWay.get(path)) {
    old.end.abort();
    await old.done.catch(() => undefined);
  }
  const end = new AbortController();
  const done = appendPart(folder, path, source, wanted, end.signal);
  partsUnderWay.set(path, { end, done });
  try {
    await done;
  } catch (cause) {
    if (isDiskFull(cause)) throw new KrdcError("unavailable", "storage.disk_full", { cause });
    throw cause;
  } finally {
    if (partsUnderWay.get(path)?.done === done) partsUnderWay.delete(path);
  }
}

async function appendPart(
  folder: string,
  path: string,
  source: Readable | AsyncIterable<Buffer>,
  { part, offset, expected, size, idleMs }: Part,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  if ((await partSize(folder, part)) < offset) throw new KrdcError("conflict", "storage.part_elsewhere");
  const file = await open(path, offset === 0 ? "w" : "r+", 0o600);
  await file.truncate(offset);
  await file.close();
  const meter = measure(size, await hashOfPart(path, offset));
  const to = createWriteStream(path, { flags: "r+", start: offset });
  await pipeline(untilCut(source, idleMs, signal), meter, to).catch(async (cause: unknown) => {
    if (cause instanceof KrdcError && cause.reason === "storage.too_large") await rm(path, { force: true });
    throw cause;
  });
  const stored = meter.result();
  if (stored.size < size) throw new KrdcError("unavailable", "storage.cut_off");
  if (stored.sha256 !== expected) {
    await rm(path, { force: true });
    throw new KrdcError("unprocessable", "storage.wrong_digest");
  }
  await settle(folder, path, expected);
}

const forgottenMs = 14 * 86_400_000;

/** Removes what transfers left that nobody came back for. */
export async function sweepParts(folder: string, now: Date): Promise<void> {
  const incoming = join(folder, "store", "incoming");
  const names = await readdir(incoming).catch(() => []);
  for (const name of names) {
    const facts = await stat(join(incoming, name)).catch(() => undefined);
    if (facts && now.getTime() - facts.mtimeMs > forgottenMs) await rm(join(incoming, name), { force: true });
  }
}
