"use client";

import { useTranslations } from "next-intl";
import { useMemo } from "react";
import { ReactFlowProvider } from "reactflow";
import { InputCard, OutputCard } from "#components/canvas/boundary-card";
import { FlowFrame } from "#components/canvas/flow-frame";
import { graphOfWorkflow, type LinkEdge } from "#components/canvas/graph-of-workflow";
import { placesOf } from "#components/canvas/layout-workflow";
import { useApps } from "#components/canvas/use-apps";
import { bytesText } from "#components/marks/bytes";
import type { Workflow } from "#server/graph/workflow";
import type { RunView } from "#server/protocol/run-view";
import { RunIdContext, RunNode } from "./run-node";
import { useRunPart } from "./use-run";

const nodeTypes = { step: RunNode, workflowInput: InputCard, workflowOutput: OutputCard };
const EMPTY: Workflow = {
  schema: "krdc.workflow/v1",
  title: { ko: "", en: "" },
  inputs: {},
  steps: {},
  outputs: {},
  layout: {},
};

type Props = { id: string; chosen: string | undefined; onChoose: (step: string | undefined) => void };

const documentOf = (run: RunView) => run.document;
const clustersOf = (run: RunView) => Object.fromEntries(run.steps.map((step) => [step.id, step.cluster]));
const homeOf = (run: RunView) => run.home;
const sizesOf = (run: RunView) => {
  const sizes: Record<string, number> = {};
  for (const step of run.steps) {
    for (const { port, size } of step.outputs) sizes[`${step.id}.${port}`] = (sizes[`${step.id}.${port}`] ?? 0) + size;
  }
  return sizes;
};

/** The workflow as it was run, live: the drawing changes with the document and the clusters, each node by itself. */
export function RunCanvas({ id, chosen, onChoose }: Props) {
  const t = useTranslations("runs.view");
  const workflow = useRunPart(id, documentOf) ?? EMPTY;
  const clusters = useRunPart(id, clustersOf);
  const home = useRunPart(id, homeOf);
  const sizes = useRunPart(id, sizesOf);
  const { apps } = useApps(workflow);
  const places = useMemo(() => placesOf(workflow, apps), [workflow, apps]);
  const drawing = useMemo(
    () => graphOfWorkflow({ workflow, apps, places, clusterOf: (step) => clusters?.[step], home }),
    [workflow, apps, places, clusters, home],
  );
  const edges = useMemo(() => drawing.edges.map((edge) => withSize(edge, sizes)), [drawing.edges, sizes]);
  const chosenKeys = useMemo(() => new Set(chosen === undefined ? [] : [chosen]), [chosen]);
  return (
    <RunIdContext value={id}>
      <ReactFlowProvider>
        <FlowFrame
          nodes={drawing.nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          chosen={chosenKeys}
          onChoose={([first]) => onChoose(first !== undefined && workflow.steps[first] ? first : undefined)}
          label={t("canvas")}
          readOnly
        />
      </ReactFlowProvider>
    </RunIdContext>
  );
}

/** A bridge between clusters says how much went over it, as soon as that is known. */
function withSize(edge: LinkEdge, sizes: Record<string, number> | undefined): LinkEdge {
  const size = sizes?.[`${edge.source}.${edge.sourceHandle ?? ""}`];
  if (!(edge.data?.crossing && size !== undefined)) return edge;
  return { ...edge, data: { ...edge.data, label: bytesText(size) } };
}
