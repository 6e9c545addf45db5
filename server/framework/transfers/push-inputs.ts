import { Readable } from "node:stream";
import { z } from "zod";
import { failpoint } from "#server/failpoint";
import { filesIn } from "#server/protocol/hosted-run";
import type { FrameworkContext } from "../context";
import { noteBytesOut } from "../exchange/find-remote-attempt";
import type { RemoteAttempt } from "../exchange/remote-attempt";
import { readStored } from "../storage/store";
import { callHost, sendToHost } from "./call-host";
import { findPartLimit, refuseUnroutable } from "./part-limit";

const received = z.object({ received: z.int().min(0) });

/** How much of this file the host has from an earlier try. */
async function receivedSize(ctx: FrameworkContext, row: RemoteAttempt, path: string): Promise<number> {
  const answer = await callHost(ctx, row.host, { method: "GET", path, timeoutMs: 15_000 });
  return received.parse(answer.body).received;
}

type Sent = { path: string; sha256: string; size: number };

/** In parts where the way carries no more at once; answers how many bytes went out. */
async function sendFrom(ctx: FrameworkContext, host: string, { path, sha256, size }: Sent, from: number) {
  let offset = from;
  do {
    const end = Math.min(size, offset + (await findPartLimit(ctx, host)));
    const body = Readable.toWeb(readStored(ctx.folder, sha256).stream(offset, end)) as ReadableStream;
    failpoint("home.inputs.before-send");
    await sendToHost(ctx, host, { path, body, sha256, size, offset, end });
    failpoint("home.inputs.after-send");
    offset = end;
  } while (offset < size);
  return size - from;
}

/** Sends the input files that the host does not have yet, each under its digest and from where an earlier try broke off. */
export async function pushInputs(ctx: FrameworkContext, row: RemoteAttempt, missing: string[]): Promise<void> {
  const files = new Map(filesIn(row.request.parameters).map((file) => [file.sha256, file]));
  const wanted = missing.flatMap((sha256) => files.get(sha256) ?? []);
  await refuseUnroutable(ctx, row.host, wanted);
  let bytesOut = row.bytesOut;
  for (const { sha256, size } of wanted) {
    const path = `/v1/hosted-runs/${row.runKey}/${row.attempt}/inputs/${sha256}`;
    const known = await receivedSize(ctx, row, path);
    bytesOut += await sendFrom(ctx, row.host, { path, sha256, size }, known < size ? known : 0);
  }
  if (bytesOut !== row.bytesOut) await noteBytesOut(ctx, row, bytesOut);
}
