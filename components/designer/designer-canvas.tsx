"use client";

import { useTranslations } from "next-intl";
import { type DragEvent, type KeyboardEvent, useMemo } from "react";
import { useReactFlow } from "reactflow";
import { InputCard, OutputCard } from "#components/canvas/boundary-card";
import { FlowFrame } from "#components/canvas/flow-frame";
import { graphOfWorkflow, type LinkEdge } from "#components/canvas/graph-of-workflow";
import { placesOf } from "#components/canvas/layout-workflow";
import { moveNodes, type Position } from "#components/document/steps";
import { useDesignerFacts } from "./designer-facts";
import { DesignerNode } from "./designer-node";
import { useDesigner } from "./designer-store";
import { ConnectionHint, useLinking } from "./linking";
import { DRAGGED_APP, type PaletteApp } from "./palette";

const nodeTypes = { step: DesignerNode, workflowInput: InputCard, workflowOutput: OutputCard };

type Props = {
  onKey: (event: KeyboardEvent) => void;
  onDropApp: (app: PaletteApp, at: Position) => void;
  chosenEdge: string | undefined;
  onChooseEdge: (id: string | undefined) => void;
  onOpen: () => void;
};

/** The document as a drawing that can be changed by mouse; every change goes through the document's own operations. */
export function DesignerCanvas({ onKey, onDropApp, chosenEdge, onChooseEdge, onOpen }: Props) {
  const t = useTranslations("workflows");
  const chosen = useDesigner((state) => state.chosen);
  const choose = useDesigner((state) => state.choose);
  const edit = useDesigner((state) => state.edit);
  const { mayEdit, appsLoading } = useDesignerFacts();
  const { screenToFlowPosition } = useReactFlow();
  const drawing = useDrawing();
  const edges = useLabelledEdges(drawing.edges, chosenEdge);
  const links = useLinking();
  const drop = (event: DragEvent) => {
    const dragged = event.dataTransfer.getData(DRAGGED_APP);
    if (!dragged || !mayEdit) return;
    event.preventDefault();
    onDropApp(
      JSON.parse(dragged) as PaletteApp,
      screenToFlowPosition({ x: event.clientX - 40, y: event.clientY - 20 }),
    );
  };
  return (
    <FlowFrame
      nodes={drawing.nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      chosen={chosen}
      onChoose={(keys) => {
        choose(keys);
        onChooseEdge(undefined);
      }}
      onMove={(places) => edit((now) => moveNodes(now, places), "move")}
      onKey={onKey}
      label={t("canvas.label")}
      readOnly={!mayEdit}
      settled={!appsLoading}
      flow={{
        ...links,
        onNodeDoubleClick: onOpen,
        onEdgeClick: (_, edge) => {
          choose([]);
          onChooseEdge(edge.id);
        },
        onDragOver: (event) => event.preventDefault(),
        onDrop: drop,
      }}
    >
      <ConnectionHint />
    </FlowFrame>
  );
}

function useLabelledEdges(edges: LinkEdge[], chosenEdge: string | undefined): LinkEdge[] {
  const t = useTranslations("workflows.node");
  const { plan } = useDesignerFacts();
  return useMemo(() => {
    const told = new Set<string>();
    const permissionOver = (edge: LinkEdge) => {
      const planned = edge.data?.crossing ? plan.get(edge.target) : undefined;
      if (planned?.placement !== "remote" || told.has(edge.target)) return undefined;
      told.add(edge.target);
      return planned.permission;
    };
    return edges.map((edge) => {
      const permission = permissionOver(edge);
      const label = permission ? t(`permission.${permission}`) : null;
      return withLabel(edge, label, edge.id === chosenEdge);
    });
  }, [edges, plan, chosenEdge, t]);
}

function withLabel(edge: LinkEdge, label: string | null, selected: boolean): LinkEdge {
  if (label === null && !selected) return edge;
  const data = edge.data ?? { crossing: false, cluster: null, scatter: false };
  return { ...edge, selected, data: { ...data, label } };
}

/** The document as nodes and edges, each step in the cluster where it would run. */
function useDrawing() {
  const workflow = useDesigner((state) => state.workflow);
  const { apps, plan, home } = useDesignerFacts();
  const { steps, inputs, outputs, layout } = workflow;
  const drawn = useMemo(() => ({ ...UNTITLED, steps, inputs, outputs, layout }), [steps, inputs, outputs, layout]);
  return useMemo(
    () =>
      graphOfWorkflow({
        workflow: drawn,
        apps,
        places: placesOf(drawn, apps),
        clusterOf: (id) => plan.get(id)?.cluster,
        home,
      }),
    [drawn, apps, plan, home],
  );
}

/** The drawing does not depend on the title: typing one draws nothing again. */
const UNTITLED = { schema: "krdc.workflow/v1", title: { ko: "", en: "" } } as const;
