import { KrdcError } from "#server/errors";
import { validateWorkflow } from "#server/graph/validate-workflow";
import type { HubContext } from "../context";
import { resolveApps } from "../market/resolve-apps";
import { digestOfMeaning, pinned } from "../runs/run";
import { insertVersion, listVersions, lockOwn } from "./workflows.repo";

export type Published = { version: number; digest: string };

/** Makes the draft an immutable version with its apps pinned; an unchanged draft gives the newest version again. */
export async function publishWorkflow(ctx: HubContext, { id }: { id: string }): Promise<Published> {
  return ctx.db.transaction(async (tx) => {
    const workflow = await lockOwn(tx, ctx.user.id, id);
    if (!workflow) throw new KrdcError("not_found", "workflow.not_found");
    const { apps } = await resolveApps(
      tx,
      Object.values(workflow.draft.steps).map((step) => step.app),
    );
    const problems = validateWorkflow(workflow.draft, apps);
    if (problems.length > 0) throw new KrdcError("unprocessable", "workflow.invalid", { detail: { problems } });
    const document = pinned(workflow.draft, apps);
    const digest = digestOfMeaning(document);
    const [newest] = await listVersions(tx, id);
    if (newest?.digest === digest) return { version: newest.version, digest };
    const version = (newest?.version ?? 0) + 1;
    await insertVersion(tx, {
      workflowId: id,
      version,
      document,
      digest,
      publishedBy: ctx.user.id,
      publishedAt: ctx.now(),
    });
    return { version, digest };
  });
}
