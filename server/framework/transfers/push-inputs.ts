import { Readable } from "node:stream";
import { z } from "zod";
import { failpoint } from "#server/failpoint";
import { filesIn } from "#server/protocol/hosted-run";
import type { FrameworkContext } from "../context";
import { noteBytesOut } from "../exchange/find-remote-attempt";
import type { RemoteAttempt } from "../exchange/remote-attempt";
import { readStored } from "../storage/store";
import { callHost, sendToHost } from "./call-host";

const received = z.object({ received: z.int().min(0) });

/** How much of this file the host has from an earlier try. */
async function receivedSize(ctx: FrameworkContext, row: RemoteAttempt, path: string): Promise<number> {
  const answer = await callHost(ctx, row.host, { method: "GET", path, timeoutMs: 15_000 });
  return received.parse(answer.body).received;
}

/** Sends the input files that the host does not have yet, each under its digest and from where an earlier try broke off. */
export async function pushInputs(ctx: FrameworkContext, row: RemoteAttempt, missing: string[]): Promise<void> {
  const files = new Map(filesIn(row.request.parameters).map((file) => [file.sha256, file]));
  let bytesOut = row.bytesOut;
  for (const sha256 of missing) {
    const file = files.get(sha256);
    if (!file) continue;
    const path = `/v1/hosted-runs/${row.runKey}/${row.attempt}/inputs/${sha256}`;
    const known = await receivedSize(ctx, row, path);
    const offset = known < file.size ? known : 0;
    const body = Readable.toWeb(readStored(ctx.folder, sha256).stream(offset)) as ReadableStream;
    failpoint("home.inputs.before-send");
    await sendToHost(ctx, row.host, { path, body, sha256, size: file.size, offset });
    failpoint("home.inputs.after-send");
    bytesOut += file.size - offset;
  }
  if (bytesOut !== row.bytesOut) await noteBytesOut(ctx, row, bytesOut);
}
