import { KrdcError } from "#server/errors";
import { parseWorkflow } from "#server/graph/parse-workflow";
import type { HubContext } from "../context";
import { searchTextOf } from "./workflow";
import { findVisible, updateDraft } from "./workflows.repo";

export type DraftToSave = { id: string; document: unknown; revision: number };

/** Saves over exactly the revision that was read; another one is a conflict and nothing is overwritten. */
export async function saveDraft(ctx: HubContext, input: DraftToSave): Promise<{ revision: number }> {
  const parsed = parseWorkflow(input.document);
  if ("problems" in parsed) {
    throw new KrdcError("unprocessable", "workflow.invalid", { detail: { problems: parsed.problems } });
  }
  const { id, revision } = input;
  const draft = { draft: parsed.workflow, searchText: searchTextOf(parsed.workflow), updatedAt: ctx.now() };
  const saved = await updateDraft(ctx.db, ctx.user.id, id, revision, draft);
  if (saved !== undefined) return { revision: saved };
  const known = await findVisible(ctx.db, ctx.user.id, id);
  if (!known) throw new KrdcError("not_found", "workflow.not_found");
  if (known.ownerId !== ctx.user.id) throw new KrdcError("forbidden", "workflow.read_only");
  throw new KrdcError("conflict", "workflow.conflict", { detail: { revision: known.revision } });
}
