import { z } from "zod";
import { KrdcError } from "#server/errors";
import type { WorkflowPage, WorkflowRow } from "#server/protocol/run-rows";
import type { HubContext } from "../context";
import { searchWords } from "../market/search";
import { clustersOf } from "./workflow";
import { type ListedWorkflow, listVisible } from "./workflows.repo";

export type WorkflowQuery = {
  q?: string | undefined;
  cursor?: string | null | undefined;
  limit?: number | undefined;
};

const cursorForm = z.object({ at: z.iso.datetime(), id: z.uuid() });

function readCursor(text: string | null | undefined) {
  if (!text) return undefined;
  try {
    return cursorForm.parse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
  } catch (cause) {
    throw new KrdcError("invalid", "request.bad_cursor", { cause });
  }
}

const rowOf = ({ workflow, version }: ListedWorkflow): WorkflowRow => ({
  id: workflow.id,
  title: workflow.draft.title,
  state: version === null ? "DRAFT" : "PUBLISHED",
  version,
  updatedAt: workflow.updatedAt.toISOString(),
  steps: Object.keys(workflow.draft.steps).length,
  clusters: clustersOf(workflow.draft),
});

/** One's own workflows and everybody's templates, last changed first. */
export async function listWorkflows(ctx: HubContext, query: WorkflowQuery): Promise<WorkflowPage> {
  const limit = Math.min(Math.max(query.limit ?? 50, 1), 200);
  const likes = searchWords(query.q ?? "").map((word) => word.like);
  const filter = { memberId: ctx.user.id, likes, before: readCursor(query.cursor) };
  const rows = await listVisible(ctx.db, filter, limit + 1);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1)?.workflow : undefined;
  const cursor = last && JSON.stringify({ at: last.updatedAt.toISOString(), id: last.id });
  return { items: page.map(rowOf), next: cursor ? Buffer.from(cursor).toString("base64url") : null };
}
