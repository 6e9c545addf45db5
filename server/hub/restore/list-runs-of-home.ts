import type { z } from "zod";
import type { hubQuestion, runsAnswer } from "#server/protocol/set-back";
import type { ClusterContext } from "../context";
import { selectRunsOf } from "./set-back.repo";

const page = 1000;

/** The runs that the calling home took in since then or has not ended, for a home that forgot some of them. */
export async function listRunsOfHome(
  ctx: ClusterContext,
  { since, after }: z.infer<typeof hubQuestion>,
): Promise<z.infer<typeof runsAnswer>> {
  return { runs: await selectRunsOf(ctx.db, { of: ctx.user.name, after }, new Date(since), page) };
}
