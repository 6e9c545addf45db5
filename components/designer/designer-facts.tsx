"use client";

import { useQuery } from "@tanstack/react-query";
import { createContext, useContext, useDeferredValue, useEffect, useMemo, useState } from "react";
import { callApi } from "#components/api/call-api";
import type { AppsByReference } from "#components/canvas/graph-of-workflow";
import { nodeOfProblem } from "#components/document/problem-place";
import { placementPlan } from "#server/graph/plan";
import { validateWorkflow } from "#server/graph/validate-workflow";
import type { Problem, Workflow } from "#server/graph/workflow";
import type { PlanStep, RunPlan } from "#server/protocol/run-rows";

/** `permission` is missing until the hub has said. */
export type PlannedStep = Omit<PlanStep, "permission"> & { permission?: PlanStep["permission"] };

/** What the designer's parts read beside the document: the apps it names, what is wrong, where steps would run. */
export type DesignerFacts = {
  apps: AppsByReference;
  appsLoading: boolean;
  problems: readonly Problem[];
  /** How many problems each node has. */
  problemCounts: ReadonlyMap<string, number>;
  plan: ReadonlyMap<string, PlannedStep>;
  home: string | undefined;
  setHome: (home: string) => void;
  mayEdit: boolean;
};

export const DesignerFactsContext = createContext<DesignerFacts | null>(null);

export function useDesignerFacts(): DesignerFacts {
  const facts = useContext(DesignerFactsContext);
  if (!facts) throw new Error("the designer's parts stand inside its context");
  return facts;
}

/** Every problem of the document, found while typing without holding it up; silent while apps are still unknown. */
export function useProblems(workflow: Workflow, apps: AppsByReference, loading: boolean): readonly Problem[] {
  const later = useDeferredValue(workflow);
  const { steps, inputs, outputs } = later;
  return useMemo(
    () => (loading ? [] : validateWorkflow({ ...UNTITLED, steps, inputs, outputs }, new Map(apps))),
    [steps, inputs, outputs, apps, loading],
  );
}

/** Titles and places neither make problems nor decide where a step runs. */
const UNTITLED = {
  schema: "krdc.workflow/v1",
  title: { ko: "", en: "" },
  inputs: {},
  outputs: {},
  layout: {},
} as const;

/** How many of the problems are at each node. */
export function countByNode(problems: readonly Problem[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const problem of problems) {
    const node = nodeOfProblem(problem);
    if (node !== undefined) counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  return counts;
}

const PLAN_DELAY_MS = 700;

/**
 * Where each step would run from this home, known at once by the same rules as the server's, and whether the person
 * may, which only the hub can tell: it is asked when the document rests.
 */
export function usePlan(
  workflow: Workflow,
  apps: AppsByReference,
  home: string | undefined,
): ReadonlyMap<string, PlannedStep> {
  const [resting, setResting] = useState(workflow);
  useEffect(() => {
    const timer = setTimeout(() => setResting(workflow), PLAN_DELAY_MS);
    return () => clearTimeout(timer);
  }, [workflow]);
  const steps = useMemo(() => {
    const { layout: _, ...meaning } = resting;
    return meaning;
  }, [resting]);
  const { data } = useQuery({
    queryKey: ["plan", home, steps],
    queryFn: ({ signal }) =>
      callApi<RunPlan>("/api/v1/runs/plan", { method: "POST", body: { workflow: steps, home, inputs: {} }, signal }),
    enabled: home !== undefined && Object.keys(steps.steps).length > 0,
    placeholderData: (before) => before,
    retry: false,
  });
  const stepsNow = workflow.steps;
  return useMemo(() => {
    if (home === undefined) return new Map();
    const told = new Map(data?.steps.map((step) => [step.id, step]));
    const planned = placementPlan({ ...UNTITLED, steps: stepsNow }, apps, home).steps;
    return new Map(planned.map((step) => [step.id, { ...step, ...told.get(step.id) }]));
  }, [data, stepsNow, apps, home]);
}
