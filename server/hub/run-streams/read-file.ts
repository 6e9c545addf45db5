import type { HubContext } from "../context";
import { readGateway } from "../gateways/framework-client";
import { findOwnRun } from "../runs/find-own-run";

/** A result or input of one's own run, by its content's name; streamed, never kept at the portal. */
export async function readFile(
  ctx: HubContext,
  { id, sha256, signal }: { id: string; sha256: string; signal: AbortSignal },
): Promise<Response> {
  const run = await findOwnRun(ctx, id);
  const to = { cluster: run.home, user: ctx.user };
  return readGateway(ctx, to, { method: "GET", path: `/v1/runs/${id}/files/${sha256}`, timeoutMs: 3_600_000, signal });
}
