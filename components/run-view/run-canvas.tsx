"use client";

import { useTranslations } from "next-intl";
import { useMemo } from "react";
import { ReactFlowProvider } from "reactflow";
import { InputCard, OutputCard } from "#components/canvas/boundary-card";
import { FlowFrame } from "#components/canvas/flow-frame";
import {
  type AppsByReference,
  type CanvasNode,
  graphOfWorkflow,
  type LinkEdge,
} from "#components/canvas/graph-of-workflow";
import { placesOf, sizeOf } from "#components/canvas/layout-workflow";
import { useApps } from "#components/canvas/use-apps";
import { withoutOverlaps } from "#components/document/free-place";
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
const remoteOf = (run: RunView) => [...new Set(run.steps.filter(isRemote).map(({ id }) => id))];
const isRemote = (step: RunView["steps"][number]) => step.placement === "remote";
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
  const remote = useRunPart(id, remoteOf);
  const { apps, loading } = useApps(workflow);
  const places = useMemo(() => roomyPlaces(workflow, apps, remote ?? []), [workflow, apps, remote]);
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
          settled={!loading}
        />
      </ReactFlowProvider>
    </RunIdContext>
  );
}

const PROXY_LINES = 46;

/** The author's places, with room for what a remote step says of its proxy. */
function roomyPlaces(workflow: Workflow, apps: AppsByReference, remote: readonly string[]) {
  const places = placesOf(workflow, apps);
  const { nodes } = graphOfWorkflow({ workflow, apps, places });
  const grown = (node: CanvasNode) => {
    const { width, height } = sizeOf(node);
    return { width, height: remote.includes(node.id) ? height + PROXY_LINES : height };
  };
  return withoutOverlaps(places, new Map(nodes.map((node) => [node.id, grown(node)])));
}

/** A bridge between clusters says how much went over it, as soon as that is known. */
function withSize(edge: LinkEdge, sizes: Record<string, number> | undefined): LinkEdge {
  const size = sizes?.[`${edge.source}.${edge.sourceHandle ?? ""}`];
  if (!(edge.data?.crossing && size !== undefined)) return edge;
  return { ...edge, data: { ...edge.data, label: bytesText(size) } };
}
