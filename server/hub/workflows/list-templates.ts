import type { Workflow } from "#server/graph/workflow";
import type { HubContext } from "../context";
import { listTemplates as listTemplateRows } from "./workflows.repo";

/** Documents that providers offer to begin from. */
export async function listTemplates(ctx: HubContext): Promise<{ items: Workflow[] }> {
  return { items: await listTemplateRows(ctx.db) };
}
