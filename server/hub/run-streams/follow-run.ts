import { portalTokenLifetimeSeconds } from "#server/protocol/framework-api";
import type { HubContext } from "../context";
import { readGateway } from "../gateways/framework-client";
import { findOwnRun } from "../runs/find-own-run";
import { pullThrough } from "./pull-through";

export type Follow = { id: string; after: string | undefined; signal: AbortSignal };

/** The run's live events as its home sends them; they end with the portal token's five minutes and are resumed. */
export async function followRun(ctx: HubContext, { id, after, signal }: Follow): Promise<ReadableStream<Uint8Array>> {
  const run = await findOwnRun(ctx, id);
  const cursor = after && /^\d{1,15}$/.test(after) ? after : undefined;
  const answer = await readGateway(
    ctx,
    { cluster: run.home, user: ctx.user },
    {
      method: "GET",
      path: `/v1/runs/${id}/events`,
      headers: { accept: "text/event-stream", ...(cursor ? { "last-event-id": cursor } : {}) },
      timeoutMs: (portalTokenLifetimeSeconds - 5) * 1000,
      signal,
    },
  );
  return pullThrough(answer.body ?? new ReadableStream(), { beatMs: 15_000 });
}
