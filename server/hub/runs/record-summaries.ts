import type { z } from "zod";
import type { runSummaries } from "#server/protocol/framework-api";
import type { ClusterContext } from "../context";
import { applySummary } from "./runs.repo";

/** A home tells how its runs stand; late and foreign news change nothing. */
export async function recordSummaries(
  ctx: ClusterContext,
  { summaries }: z.infer<typeof runSummaries>,
): Promise<{ accepted: number }> {
  let accepted = 0;
  for (const summary of summaries) {
    if (await applySummary(ctx.db, ctx.user.name, summary)) accepted += 1;
  }
  return { accepted };
}
