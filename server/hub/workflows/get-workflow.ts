import { KrdcError } from "#server/errors";
import type { Workflow } from "#server/graph/workflow";
import type { WorkflowDraft } from "#server/protocol/run-rows";
import type { HubContext } from "../context";
import { may } from "../members/may";
import { isId } from "../members/member";
import { findVisible, listVersions } from "./workflows.repo";

/** A workflow with its draft and the list of its versions. */
export async function getWorkflow(ctx: HubContext, { id }: { id: string }): Promise<WorkflowDraft> {
  const row = isId(id) ? await findVisible(ctx.db, ctx.user.id, id) : undefined;
  if (!row) throw new KrdcError("not_found", "workflow.not_found");
  const versions = await listVersions(ctx.db, id);
  return {
    id,
    document: row.draft,
    revision: row.revision,
    versions: versions.map(({ version, publishedAt, digest }) => ({
      version,
      publishedAt: publishedAt.toISOString(),
      digest,
    })),
    mayEdit: may(ctx.user, "workflow.edit", { memberId: row.ownerId }),
  };
}

/** The pinned document of one published version. */
export async function getWorkflowVersion(
  ctx: HubContext,
  { id, version }: { id: string; version: number },
): Promise<{ document: Workflow; digest: string }> {
  const row = isId(id) ? await findVisible(ctx.db, ctx.user.id, id) : undefined;
  const found = row && (await listVersions(ctx.db, id)).find((one) => one.version === version);
  if (!found) throw new KrdcError("not_found", "workflow.not_found");
  return { document: found.document, digest: found.digest };
}
