import { type FileValue, fileValue } from "#server/graph/workflow";
import type { HubContext } from "../context";
import { writeGateway } from "../gateways/framework-client";

export type Upload = {
  cluster: string;
  name: string;
  mediaType: string | undefined;
  body: ReadableStream<Uint8Array>;
  signal: AbortSignal;
};

/** A person's file, streamed on to the framework where the run will be at home. */
export async function uploadFile(ctx: HubContext, upload: Upload): Promise<FileValue> {
  const { cluster, name, mediaType, body, signal } = upload;
  const search = new URLSearchParams({ name, ...(mediaType ? { mediaType } : {}) });
  const to = { cluster, user: ctx.user };
  const answer = await writeGateway(ctx, to, {
    method: "PUT",
    path: `/v1/uploads?${search}`,
    headers: { "content-type": "application/octet-stream" },
    body,
    timeoutMs: 3_600_000,
    signal,
  });
  return fileValue.parse(answer);
}
