import type { RunPage } from "#server/protocol/run-rows";
import type { RunState } from "#server/protocol/states";
import type { HubContext } from "../context";
import { rowOf, storedStates } from "./run";
import { listOwn } from "./runs.repo";

export type RunQuery = {
  state?: RunState | undefined;
  cursor?: string | null | undefined;
  limit?: number | undefined;
};

/** The runs of the one who asks, newest first. */
export async function listRuns(ctx: HubContext, query: RunQuery): Promise<RunPage> {
  const limit = Math.min(Math.max(query.limit ?? 50, 1), 200);
  const before = query.cursor && /^\d{1,15}$/.test(query.cursor) ? Number(query.cursor) : undefined;
  const states = query.state && storedStates(query.state);
  const rows = await listOwn(ctx.db, { memberId: ctx.user.id, states, before }, limit + 1);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return { items: page.map((run) => rowOf(run, ctx.user.id)), next: last ? String(last.number) : null };
}
