"use client";

import { useTranslations } from "next-intl";
import { useCallback } from "react";
import type { AppsByReference } from "#components/canvas/graph-of-workflow";
import { useStepTitle } from "#components/canvas/step-title";
import { useBilingual } from "#components/marks/words";
import { parseLink, type Workflow } from "#server/graph/workflow";

/** Where a link comes from, as a person would say it: "CSV 정리 · 결과". */
export function useSourceLabel(): (workflow: Workflow, apps: AppsByReference, from: string) => string {
  const t = useTranslations("workflows.panel");
  const say = useBilingual();
  const stepTitle = useStepTitle();
  return useCallback(
    (workflow, apps, from) => {
      const { step: id, port } = parseLink(from);
      if (id === "inputs") {
        const title = workflow.inputs[port]?.title;
        return t("fromInput", { name: (title && say(title)) || port });
      }
      const step = workflow.steps[id];
      const parameter = step && apps.get(step.app)?.parameters.find((one) => one.name === port);
      return `${stepTitle(workflow, apps, id)} · ${(parameter && say(parameter.title)) || port}`;
    },
    [say, stepTitle, t],
  );
}
