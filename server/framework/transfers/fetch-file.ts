import { Readable } from "node:stream";
import { KrdcError } from "#server/errors";
import { failpoint } from "#server/failpoint";
import type { FrameworkContext } from "../context";
import type { RemoteAttempt } from "../exchange/remote-attempt";
import { listForeignArtifacts } from "../storage/keep-artifact";
import { isStored } from "../storage/store";
import { partSize, storePart } from "../storage/store-part";
import { streamFromHost, transferMs } from "./call-host";
import { partOf } from "./part";
import { findPartLimit } from "./part-limit";

const triesOfABadDigest = 3;
/** A link on which nothing moved for this long is dead, whatever its socket says. */
export const silentLinkMs = 30_000;

type Wanted = { sha256: string; size: number };

/** Only what this host brought before: naming somebody else's digest must not make that file its own. */
async function isBrought(ctx: FrameworkContext, host: string, sha256: string): Promise<boolean> {
  const isForeign = (await listForeignArtifacts(ctx, `peer:${host}`, [sha256])).length > 0;
  return !isForeign && isStored(ctx.folder, sha256);
}

/** What came so far is asked for no second time; a host that knows no ranges begins anew. */
async function fetchOnce(ctx: FrameworkContext, row: RemoteAttempt, { sha256, size }: Wanted): Promise<void> {
  const part = partOf(row, sha256);
  const have = await partSize(ctx.folder, part);
  const from = have < size ? have : 0;
  const limit = await findPartLimit(ctx, row.host);
  const until = from + limit < size ? String(from + limit - 1) : "";
  failpoint("home.fetch.before-send");
  const response = await streamFromHost(ctx, row.host, {
    method: "GET",
    path: `/v1/hosted-runs/${row.runKey}/${row.attempt}/outputs/${sha256}`,
    timeoutMs: transferMs,
    ...(from > 0 || until ? { headers: { range: `bytes=${from}-${until}` } } : {}),
  });
  if (!response.body) throw new KrdcError("unavailable", "peer.unreachable");
  const body = Readable.fromWeb(response.body as import("node:stream/web").ReadableStream);
  const offset = response.status === 206 ? from : 0;
  await storePart(ctx.folder, body, { part, offset, expected: sha256, size, idleMs: silentLinkMs });
  failpoint("home.fetch.after-send");
}

const isBad = (error: unknown) =>
  error instanceof KrdcError && (error.reason === "storage.wrong_digest" || error.reason === "storage.too_large");

/** Broken wires and silence are tried again; the host's own refusals, and what is wrong here, are not. */
const isCut = (error: unknown) => error instanceof KrdcError && error.reason === "storage.cut_off";

const asUnreachable = (cause: unknown) =>
  isCut(cause) ? new KrdcError("unavailable", "peer.unreachable", { cause }) : cause;

/** Undefined once all is here; otherwise what went wrong, after something came or the bytes were wrong. */
async function tryToFetch(ctx: FrameworkContext, row: RemoteAttempt, file: Wanted): Promise<unknown> {
  const part = partOf(row, file.sha256);
  const before = await partSize(ctx.folder, part);
  try {
    await fetchOnce(ctx, row, file);
    return undefined;
  } catch (error) {
    if (isBad(error) || (isCut(error) && (await partSize(ctx.folder, part)) > before)) return error;
    throw asUnreachable(error);
  }
}

/**
 * Brings one output home by its digest. A link that breaks is taken up where it broke for as long as something came; bytes
 * that are not what the digest says are asked for three times.
 */
export async function fetchFile(ctx: FrameworkContext, row: RemoteAttempt, file: Wanted): Promise<void> {
  if (await isBrought(ctx, row.host, file.sha256)) return;
  for (let badOnes = 0; badOnes < triesOfABadDigest; ) {
    const trouble = await tryToFetch(ctx, row, file);
    if (trouble === undefined) return;
    if (isBad(trouble)) badOnes += 1;
    if (badOnes === triesOfABadDigest) throw trouble;
  }
}
