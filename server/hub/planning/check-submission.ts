import { KrdcError } from "#server/errors";
import type { AppVersion } from "#server/graph/app";
import { checkRoutes } from "#server/graph/checks/check-routes";
import { parseWorkflow } from "#server/graph/parse-workflow";
import { placementPlan, type StepPlacement } from "#server/graph/plan";
import { validateInputs, validateWorkflow } from "#server/graph/validate-workflow";
import type { Problem, Value, Workflow } from "#server/graph/workflow";
import { isMailbox, relayedFileBytes } from "#server/protocol/reach";
import { listActiveClusters } from "../clusters/list-active-clusters";
import type { HubContext } from "../context";
import { resolveApps } from "../market/resolve-apps";

export type Draft = { workflow: unknown; home: string; inputs: Record<string, Value> };
export type CheckedDraft = {
  document: Workflow;
  /** By the reference as the steps write it. */
  apps: Map<string, AppVersion>;
  places: StepPlacement[];
  problems: Problem[];
};

export const refuseProblems = (problems: readonly Problem[]) =>
  new KrdcError("unprocessable", "workflow.invalid", { detail: { problems } });

async function undialedClusters({ db }: HubContext): Promise<Set<string>> {
  const clusters = await listActiveClusters(db);
  return new Set(clusters.flatMap(({ name, gateway }) => (gateway !== null && isMailbox(gateway) ? [name] : [])));
}

/** Reads a document and finds everything that is wrong with it and its inputs at once; only an unreadable one throws. */
export async function checkSubmission(ctx: HubContext, draft: Draft): Promise<CheckedDraft> {
  const parsed = parseWorkflow(draft.workflow);
  if ("problems" in parsed) throw refuseProblems(parsed.problems);
  const document = parsed.workflow;
  const { apps } = await resolveApps(
    ctx.db,
    Object.values(document.steps).map((step) => step.app),
  );
  const plan = placementPlan(document, apps, draft.home);
  const routes = { home: draft.home, undialed: await undialedClusters(ctx), mostBytes: relayedFileBytes };
  const problems = [
    ...validateWorkflow(document, apps),
    ...validateInputs(document, draft.inputs, apps),
    ...plan.problems,
    ...checkRoutes(document, plan.steps, draft.inputs, routes),
  ];
  return { document, apps, places: plan.steps, problems };
}
