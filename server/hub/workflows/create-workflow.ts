import { KrdcError } from "#server/errors";
import { parseWorkflow } from "#server/graph/parse-workflow";
import type { HubContext } from "../context";
import { may } from "../members/may";
import { searchTextOf } from "./workflow";
import { insertWorkflow } from "./workflows.repo";

export type NewWorkflow = { workflow: unknown; template?: boolean | undefined };

/** A draft may be unfinished, but it must be a workflow document. */
export async function createWorkflow(ctx: HubContext, input: NewWorkflow): Promise<{ id: string; revision: number }> {
  const isTemplate = input.template ?? false;
  if (isTemplate && !may(ctx.user, "workflow.offer_as_template")) {
    throw new KrdcError("forbidden", "workflow.template_forbidden");
  }
  const parsed = parseWorkflow(input.workflow);
  if ("problems" in parsed) {
    throw new KrdcError("unprocessable", "workflow.invalid", { detail: { problems: parsed.problems } });
  }
  const now = ctx.now();
  const { id, revision } = await insertWorkflow(ctx.db, {
    ownerId: ctx.user.id,
    draft: parsed.workflow,
    searchText: searchTextOf(parsed.workflow),
    isTemplate,
    createdAt: now,
    updatedAt: now,
  });
  return { id, revision };
}
