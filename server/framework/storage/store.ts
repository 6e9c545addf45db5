import { createHash, randomUUID } from "node:crypto";
import { constants, createReadStream, createWriteStream } from "node:fs";
import { copyFile, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable, Transform, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { KrdcError } from "#server/errors";

export type Stored = { sha256: string; size: number };

const pathOf = (folder: string, sha256: string) => join(folder, "store", sha256.slice(0, 2), sha256);

export const isDiskFull = (error: unknown) =>
  error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");

/** Counts and hashes what passes, after what came before it, and stops it at `maxBytes`. */
export function measure(maxBytes: number, before = { hash: createHash("sha256"), size: 0 }) {
  const { hash } = before;
  let { size } = before;
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      hash.update(chunk);
      if (size > maxBytes) done(new KrdcError("too_large", "storage.too_large", { detail: { maxBytes } }));
      else done(null, chunk);
    },
  });
  return Object.assign(through, { result: () => ({ sha256: hash.digest("hex"), size }) });
}

/** Writes a stream under its digest; nothing torn is ever seen there, whatever happens in between. */
export async function storeStream(
  folder: string,
  source: Readable | AsyncIterable<Buffer>,
  options: { maxBytes: number; expected?: string },
): Promise<Stored> {
  const temporary = join(folder, "store", "incoming", randomUUID());
  await mkdir(dirname(temporary), { recursive: true, mode: 0o700 });
  const meter = measure(options.maxBytes);
  try {
    await pipeline(source, meter, createWriteStream(temporary, { mode: 0o600 }));
    const stored = meter.result();
    if (options.expected !== undefined && stored.sha256 !== options.expected) {
      throw new KrdcError("unprocessable", "storage.wrong_digest");
    }
    await settle(folder, temporary, stored.sha256);
    return stored;
  } catch (cause) {
    if (isDiskFull(cause)) throw new KrdcError("unavailable", "storage.disk_full", { cause });
    throw cause;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Puts a whole, checked file under its digest. */
export async function settle(folder: string, temporary: string, sha256: string): Promise<void> {
  const handle = await open(temporary, "r");
  await handle.sync();
  await handle.close();
  const final = pathOf(folder, sha256);
  await mkdir(dirname(final), { recursive: true, mode: 0o700 });
  await rename(temporary, final);
}

/** Takes a file that an app wrote into the store. */
export async function storeFile(folder: string, path: string, maxBytes: number): Promise<Stored> {
  return storeStream(folder, createReadStream(path), { maxBytes });
}

export async function isStored(folder: string, sha256: string): Promise<boolean> {
  return stat(pathOf(folder, sha256)).then(
    () => true,
    () => false,
  );
}

type StoredFile = {
  path: string /** From `start`, up to but without `end`. */;
  stream: (start?: number, end?: number) => Readable;
};

export function readStored(folder: string, sha256: string): StoredFile {
  const path = pathOf(folder, sha256);
  const stream = (start = 0, end = Number.POSITIVE_INFINITY) =>
    start === end ? Readable.from([]) : createReadStream(path, { start, end: end - 1 });
  return { path, stream };
}

/** Throws when the stored file is not there in the size that its record says: nobody can make it whole by asking again. */
export async function refuseDamaged(folder: string, file: Stored): Promise<void> {
  const facts = await stat(pathOf(folder, file.sha256)).catch(() => undefined);
  if (facts?.size !== file.size) throw new KrdcError("gone", "storage.damaged", { detail: { sha256: file.sha256 } });
}

/** Whether the stored file is there and still is what its name says, by reading all of it. */
export async function isIntact(folder: string, { sha256, size }: Stored): Promise<boolean> {
  const meter = measure(size);
  try {
    await pipeline(
      createReadStream(pathOf(folder, sha256)),
      meter,
      new Writable({ write: (_part, _as, done) => done() }),
    );
    const found = meter.result();
    return found.sha256 === sha256 && found.size === size;
  } catch {
    return false;
  }
}

/** Copies a stored file to where an app reads it; a copy, because an app may change its inputs and the store never changes. */
export async function copyStored(folder: string, sha256: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  await copyFile(pathOf(folder, sha256), to, constants.COPYFILE_FICLONE);
}
