import type { AuthorizedStep } from "#drizzle/hub/schema/grants";
import type { runs } from "#drizzle/hub/schema/runs";
import { type AppVersion, appPath, appReference } from "#server/graph/app";
import type { StepPlacement } from "#server/graph/plan";
import type { Workflow } from "#server/graph/workflow";
import { digestOfJson } from "#server/protocol/canonical";
import type { RunSubmission } from "#server/protocol/framework-api";
import type { RunRow } from "#server/protocol/run-rows";
import type { RunState } from "#server/protocol/states";

export type Run = typeof runs.$inferSelect;

/** A scattered step's length is known only when it runs. */
const mostInstances = 10_000;
/** Attempts that are not counted (interrupted) and those that a person asks for come on top of the step's own. */
const furtherAttempts = 50;

/** The document with every app pinned to the version that was resolved; `apps` is keyed as the steps write them. */
export function pinned(document: Workflow, apps: ReadonlyMap<string, AppVersion>): Workflow {
  const steps = Object.entries(document.steps).map(([id, step]) => {
    const app = apps.get(step.app);
    return [id, app ? { ...step, app: appReference(app) } : step] as const;
  });
  return { ...document, steps: Object.fromEntries(steps) };
}

/** The same for every document that runs the same: where boxes stand on the canvas does not count. */
export function digestOfMeaning({ layout: _layout, ...meaning }: Workflow): string {
  return digestOfJson(meaning);
}

/** What the submission says of each step's app. */
export function appsByStep(document: Workflow, apps: ReadonlyMap<string, AppVersion>): Record<string, AppVersion> {
  const found = Object.entries(document.steps).flatMap(([id, step]) => {
    const app = apps.get(step.app);
    return app ? [[id, app] as const] : [];
  });
  return Object.fromEntries(found);
}

type Agreements = ReadonlyMap<string, { id: string }>;

/** Where each step goes, with the agreement (by `cluster/app`) that lets it. */
export function placementsOf(
  document: Workflow,
  places: readonly StepPlacement[],
  apps: ReadonlyMap<string, AppVersion>,
  agreements: Agreements,
): RunSubmission["placements"] {
  const found = places.map(({ id, cluster, placement, reason }) => {
    const step = document.steps[id];
    const app = step && apps.get(step.app);
    const agreementId = (placement === "remote" && app && agreements.get(appPath(app))?.id) || null;
    return [id, { choice: step?.placement ?? "auto", placement, cluster, reason, agreementId }] as const;
  });
  return Object.fromEntries(found);
}

/** What the home may ask grants for: exactly the remote steps of this run. */
export function authorizedSteps(
  document: Workflow,
  placements: RunSubmission["placements"],
  apps: Record<string, AppVersion>,
): Record<string, AuthorizedStep> {
  const found = Object.entries(placements).flatMap(([id, { agreementId, cluster }]) => {
    const [step, app] = [document.steps[id], apps[id]];
    if (!agreementId || !step || !app) return [];
    const authorized: AuthorizedStep = {
      host: cluster,
      app: app.name,
      version: app.version,
      digest: app.digest,
      agreementId,
      maxInstances: step.scatter ? mostInstances : 1,
      maxAttempts: step.retry.attempts + furtherAttempts,
    };
    return [[id, authorized] as const];
  });
  return Object.fromEntries(found);
}

const shown: Record<Run["state"], RunState> = {
  SUBMITTING: "QUEUED",
  QUEUED: "QUEUED",
  RUNNING: "RUNNING",
  SUCCEEDED: "SUCCEEDED",
  FAILED: "FAILED",
  CANCELLED: "CANCELLED",
  REFUSED: "FAILED",
};

/** The state as people see it: what is being handed over is queued, what the home never took has failed. */
export const shownState = (state: Run["state"]) => shown[state];

/** The stored states behind one that people filter by. */
export const storedStates = (state: RunState) =>
  (Object.keys(shown) as Run["state"][]).filter((stored) => shown[stored] === state);

export const rowOf = (run: Run, memberId: string): RunRow => ({
  id: run.id,
  number: run.number,
  title: run.title,
  state: shownState(run.state),
  home: run.home,
  clusters: run.clusters,
  createdAt: run.createdAt.toISOString(),
  startedAt: run.startedAt?.toISOString() ?? null,
  endedAt: run.endedAt?.toISOString() ?? null,
  stepsDone: run.stepsDone,
  stepsTotal: run.stepsTotal,
  mine: run.memberId === memberId,
});
