import { Readable } from "node:stream";
import { filesIn } from "#server/protocol/hosted-run";
import type { FrameworkContext } from "../context";
import { readStored } from "../storage/store";
import { sendToHost } from "./call-host";
import type { RemoteAttempt } from "./remote-attempt";
import { updateRemoteAttempt } from "./remote-attempts.repo";

/** Sends the input files that the host does not have yet, each under its digest. */
export async function pushInputs(ctx: FrameworkContext, row: RemoteAttempt, missing: string[]): Promise<void> {
  const files = new Map(filesIn(row.request.parameters).map((file) => [file.sha256, file]));
  let bytesOut = row.bytesOut;
  for (const sha256 of missing) {
    const file = files.get(sha256);
    if (!file) continue;
    const body = Readable.toWeb(readStored(ctx.folder, sha256).stream()) as ReadableStream;
    const path = `/v1/hosted-runs/${row.runKey}/${row.attempt}/inputs/${sha256}`;
    await sendToHost(ctx, row.host, { path, body, sha256, size: file.size });
    bytesOut += file.size;
  }
  if (bytesOut !== row.bytesOut) await updateRemoteAttempt(ctx.db, row, { bytesOut });
}
