import type { HubContext } from "../context";
import { readGateway } from "../gateways/framework-client";
import { findOwnRun } from "../runs/find-own-run";

export type LogQuery = {
  id: string;
  step: string;
  index: number;
  attempt?: number | undefined;
  offset?: number | undefined;
  wait?: number | undefined;
  signal: AbortSignal;
};

/** A step's log from a byte offset; waits up to `wait` seconds for more of it. */
export async function readLog(ctx: HubContext, query: LogQuery): Promise<Response> {
  const { id, step, index, signal, ...asked } = query;
  const run = await findOwnRun(ctx, id);
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) if (value !== undefined) search.set(name, String(value));
  return readGateway(
    ctx,
    { cluster: run.home, user: ctx.user },
    {
      method: "GET",
      path: `/v1/runs/${id}/steps/${encodeURIComponent(step)}/${index}/log?${search}`,
      timeoutMs: 60_000,
      signal,
    },
  );
}
