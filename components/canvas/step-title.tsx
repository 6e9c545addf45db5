"use client";

import { useCallback } from "react";
import { useBilingual } from "#components/marks/words";
import { parseAppRef, type Workflow } from "#server/graph/workflow";
import type { AppsByReference } from "./graph-of-workflow";
import { useApps } from "./use-apps";

/** The name of a step as people see it: its own title, its app's, or its id. */
export function useStepTitle(): (workflow: Workflow, apps: AppsByReference, id: string) => string {
  const say = useBilingual();
  return useCallback(
    (workflow, apps, id) => {
      const step = workflow.steps[id];
      if (!step) return id;
      const title = step.title ?? apps.get(step.app)?.title;
      return (title && say(title)) || parseAppRef(step.app).name;
    },
    [say],
  );
}

/** The same for one workflow whose apps nobody has at hand. */
export function useStepName(workflow: Workflow): (id: string) => string {
  const { apps } = useApps(workflow);
  const title = useStepTitle();
  return (id) => title(workflow, apps, id);
}
