import type { Bilingual } from "#server/graph/text";
import type { Problem, Workflow } from "#server/graph/workflow";
import type { Placement } from "./run-view";
import type { RunState } from "./states";

/** One line of the list of runs. */
export type RunRow = {
  id: string;
  number: number;
  title: Bilingual;
  state: RunState;
  home: string;
  clusters: string[];
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
  stepsDone: number;
  stepsTotal: number;
  mine: boolean;
};
export type RunPage = { items: RunRow[]; next: string | null };

/** One line of the list of workflows; `version` is the newest published one. */
export type WorkflowRow = {
  id: string;
  title: Bilingual;
  state: "DRAFT" | "PUBLISHED";
  version: number | null;
  updatedAt: string;
  steps: number;
  clusters: string[];
};
export type WorkflowPage = { items: WorkflowRow[]; next: string | null };

type WorkflowVersion = { version: number; publishedAt: string; digest: string };

/** A workflow as its author edits it; `revision` rises with every saved draft. */
export type WorkflowDraft = {
  id: string;
  document: Workflow;
  revision: number;
  versions: WorkflowVersion[];
  mayEdit: boolean;
};

/** Where one step would run, why, and whether the person may: `open` is granted at submit, `missing` needs a request. */
export type PlanStep = {
  id: string;
  cluster: string;
  placement: Placement;
  reason: string;
  permission: "yes" | "open" | "missing";
};
export type RunPlan = { steps: PlanStep[]; problems: Problem[] };
