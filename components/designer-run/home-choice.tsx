import type { AppsByReference } from "#components/canvas/graph-of-workflow";
import { placementPlan } from "#server/graph/plan";
import type { Workflow } from "#server/graph/workflow";

/** What a person chose before: for each workflow, and the last of all. */
export type HomeMemory = { last: string | undefined; byWorkflow: Readonly<Record<string, string>> };

export const NO_MEMORY: HomeMemory = { last: undefined, byWorkflow: {} };

const MOST_REMEMBERED = 50;

/** The newest choice first, so that the oldest is forgotten. */
export function remember({ byWorkflow }: HomeMemory, workflow: string, home: string): HomeMemory {
  const others = Object.entries(byWorkflow).filter(([id]) => id !== workflow);
  return { last: home, byWorkflow: Object.fromEntries([[workflow, home], ...others].slice(0, MOST_REMEMBERED)) };
}

/** The home with the fewest remote steps; among equals the one chosen last. */
export function homeWithFewestRemote(
  workflow: Workflow,
  apps: AppsByReference,
  homes: readonly string[],
  last: string | undefined,
): string | undefined {
  const remoteFrom = (home: string) =>
    placementPlan(workflow, apps, home).steps.filter(({ placement }) => placement === "remote").length;
  const [best] = homes
    .map((home) => ({ home, remote: remoteFrom(home), wasLast: home === last ? 0 : 1 }))
    .sort((a, b) => a.remote - b.remote || a.wasLast - b.wasLast);
  return best?.home;
}
