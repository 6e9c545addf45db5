import { mkdir, open, stat } from "node:fs/promises";
import { join } from "node:path";
import { KrdcError } from "#server/errors";
import { attemptName } from "#server/protocol/run-key";
import type { FrameworkContext } from "../context";
import { findRemoteAttempt, noteLogBytes } from "../exchange/find-remote-attempt";
import type { RemoteAttempt } from "../exchange/remote-attempt";
import { streamFromHost } from "./call-host";
import { findPartLimit } from "./part-limit";

type Key = Pick<RemoteAttempt, "runKey" | "attempt">;

const mostBytes = 1024 * 1024;

const logPath = (ctx: FrameworkContext, key: Key) =>
  join(ctx.folder, "remote-logs", `${attemptName(key.runKey, key.attempt)}.log`);

const sizeOf = async (path: string) => (await stat(path).catch(() => undefined))?.size ?? 0;

/** Writes at exactly this offset, so that two who fetch the same bytes leave one copy. */
async function writeAt(path: string, offset: number, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "a+").then(async (made) => {
    await made.close();
    return open(path, "r+");
  });
  try {
    await file.write(bytes, 0, bytes.length, offset);
  } finally {
    await file.close();
  }
}

/** More than was asked for is no log of ours, and is not read to its end. */
async function readAtMost(response: Response, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    size += part.length;
    if (size > most) throw new KrdcError("unavailable", "peer.failed");
  }
  return Buffer.concat(parts);
}

async function fetchChunk(
  ctx: FrameworkContext,
  row: RemoteAttempt,
  offset: number,
  waitSeconds: number,
): Promise<Uint8Array> {
  const chunkBytes = Math.min(mostBytes, await findPartLimit(ctx, row.host));
  const path = `/v1/hosted-runs/${row.runKey}/${row.attempt}/log?offset=${offset}&wait=${waitSeconds}&max=${chunkBytes}`;
  const response = await streamFromHost(ctx, row.host, { method: "GET", path, timeoutMs: 60_000 });
  return readAtMost(response, chunkBytes);
}

/** Brings the home copy of a remote log up to date, by offset; `until` fetches to that size, otherwise one chunk. */
export async function pullLog(
  ctx: FrameworkContext,
  key: Key,
  wanted: { until?: number; waitSeconds?: number },
): Promise<number> {
  const row = await findRemoteAttempt(ctx, key);
  if (!row) return 0;
  const path = logPath(ctx, key);
  await mkdir(join(ctx.folder, "remote-logs"), { recursive: true, mode: 0o700 });
  let size = await sizeOf(path);
  for (;;) {
    if (wanted.until !== undefined && size >= wanted.until) break;
    const bytes = await fetchChunk(ctx, row, size, wanted.waitSeconds ?? 0);
    if (bytes.length > 0) await writeAt(path, size, bytes);
    size += bytes.length;
    if (wanted.until === undefined || bytes.length === 0) break;
  }
  if (size > row.logBytes) await noteLogBytes(ctx, key, size);
  return size;
}

/** The home copy of a remote log. */
export async function readRemoteLog(
  ctx: FrameworkContext,
  key: Key,
  offset: number,
  maxBytes: number,
): Promise<Buffer> {
  const file = await open(logPath(ctx, key)).catch(() => undefined);
  if (!file) return Buffer.alloc(0);
  try {
    const buffer = Buffer.alloc(maxBytes);
    const { bytesRead } = await file.read(buffer, 0, maxBytes, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
