import { KrdcError } from "#server/errors";
import type { HubContext } from "../context";
import { isId } from "../members/member";
import type { Run } from "./run";
import { findOwn } from "./runs.repo";

/** One's own run; anybody else's is not found. */
export async function findOwnRun(ctx: HubContext, id: string): Promise<Run> {
  const run = isId(id) ? await findOwn(ctx.db, ctx.user.id, id) : undefined;
  if (!run) throw new KrdcError("not_found", "run.not_found");
  return run;
}
