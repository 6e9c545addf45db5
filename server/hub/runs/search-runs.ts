import type { RunRow } from "#server/protocol/run-rows";
import type { HubContext } from "../context";
import { rowOf } from "./run";
import { findOwnByText } from "./runs.repo";

/** One's own runs by a part of their title or `#number`; `like` is an escaped pattern. */
export async function searchRuns(ctx: HubContext, like: string, limit: number): Promise<RunRow[]> {
  const rows = await findOwnByText(ctx.db, ctx.user.id, like, limit);
  return rows.map((run) => rowOf(run, ctx.user.id));
}
