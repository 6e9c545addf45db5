import type { AppVersion } from "./app";
import { findApp } from "./checks/find-app";
import { problemAt } from "./checks/problem";
import { type AppStep, type Problem, parseAppRef, type Workflow } from "./workflow";

export type StepPlacement = {
  id: string;
  cluster: string;
  placement: "local" | "remote" | "downloaded";
  reason: PlacementReason;
};
type PlacementReason =
  | "placement.app_at_home"
  | "placement.image_at_home"
  | "placement.download_closed"
  | "placement.app_lives_there";

/** What a plan must know beyond the documents. */
export type PlacementFacts = {
  /** Digests of images of other clusters that the home cluster already holds. */
  imagesAtHome?: ReadonlySet<string>;
};

type View = { step: AppStep; home: string; cluster: string; app: AppVersion | undefined; facts: PlacementFacts };
type Decision = Omit<StepPlacement, "id">;
type Rule = (view: View) => Decision | undefined;

/** The rules that decide where a step runs; the first that applies gives place and reason. */
const RULES: Rule[] = [
  ({ cluster, home }) =>
    cluster === home ? { cluster: home, placement: "local", reason: "placement.app_at_home" } : undefined,
  ({ app, cluster }) =>
    app?.access.download === "closed"
      ? { cluster, placement: "remote", reason: "placement.download_closed" }
      : undefined,
  ({ app, step, home, facts }) =>
    app && step.placement !== "remote" && facts.imagesAtHome?.has(app.digest)
      ? { cluster: home, placement: "downloaded", reason: "placement.image_at_home" }
      : undefined,
];

/** Where every step will run and why; a placement that cannot be had is a problem at its step. */
export function placementPlan(
  workflow: Workflow,
  apps: ReadonlyMap<string, AppVersion>,
  home: string,
  facts: PlacementFacts = {},
): { steps: StepPlacement[]; problems: Problem[] } {
  const steps = Object.entries(workflow.steps).map(([id, step]) => {
    const { cluster } = parseAppRef(step.app);
    return { id, ...decide({ step, home, cluster, app: findApp(apps, step.app), facts }) };
  });
  const problems = steps.flatMap(({ id, placement }) => {
    const step = workflow.steps[id];
    if (step?.placement !== "home" || placement !== "remote") return [];
    return [problemAt(`steps.${id}.placement`, "placement.download_not_available", { app: step.app, home })];
  });
  return { steps, problems };
}

function decide(view: View): Decision {
  for (const rule of RULES) {
    const decision = rule(view);
    if (decision) return decision;
  }
  return { cluster: view.cluster, placement: "remote", reason: "placement.app_lives_there" };
}
