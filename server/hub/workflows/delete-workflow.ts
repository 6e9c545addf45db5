import { KrdcError } from "#server/errors";
import type { HubContext } from "../context";
import { markDeleted } from "./workflows.repo";

/** It leaves every list; runs of it keep what they ran. */
export async function deleteWorkflow(ctx: HubContext, { id }: { id: string }): Promise<{ id: string }> {
  if (!(await markDeleted(ctx.db, ctx.user.id, id, ctx.now()))) throw new KrdcError("not_found", "workflow.not_found");
  return { id };
}
