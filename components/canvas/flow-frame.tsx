"use client";

import { Maximize2, Minus, Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef } from "react";
import {
  Background,
  BackgroundVariant,
  MiniMap,
  type NodeTypes,
  Panel,
  ReactFlow,
  type ReactFlowProps,
  useNodesState,
  useReactFlow,
} from "reactflow";
import "reactflow/dist/base.css";
import { type Direction, firstOf, isDirection, neighbourOf } from "#components/document/walk";
import { clusterColour } from "#components/marks/cluster-chip";
import { Button } from "#components/ui/button";
import type { CanvasNode, LinkEdge as LinkEdgeType } from "./graph-of-workflow";
import { LinkEdge } from "./link-edge";
import { settleNodes } from "./settle-nodes";
import { FIT, FirstView, ShowAdded } from "./view";

const edgeTypes = { link: LinkEdge };
const MANY_NODES = 150;
const FEW_NODES = 14;

type Place = { x: number; y: number };
export type FrameProps = {
  nodes: CanvasNode[];
  edges: LinkEdgeType[];
  nodeTypes: NodeTypes;
  chosen: ReadonlySet<string>;
  onChoose: (keys: string[]) => void;
  onMove?: (places: Record<string, Place>) => void;
  onKey?: (event: KeyboardEvent) => void;
  label: string;
  readOnly: boolean;
  /** False while the nodes' sizes may still change for good, as apps become known; the first view is chosen then. */
  settled: boolean;
  flow?: Partial<ReactFlowProps<CanvasNode, LinkEdgeType>>;
  children?: ReactNode;
};

/** The canvas of designer and run view: draws what it is given, walks by arrow keys, and reports what the person did. */
export function FlowFrame({
  nodes,
  edges,
  chosen,
  onChoose,
  onMove,
  onKey,
  label,
  readOnly,
  settled,
  flow,
  ...rest
}: FrameProps) {
  const frame = useRef<HTMLElement>(null);
  const [drawn, setDrawn, onNodesChange] = useNodesState<CanvasNode>([]);
  useEffect(() => setDrawn((before) => settleNodes(before, nodes, chosen)), [nodes, chosen, setDrawn]);
  const walk = useWalk(frame, drawn, chosen, onChoose);
  const press = (event: KeyboardEvent) => {
    if (isTyping(event.target)) return;
    if (isDirection(event.key) && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      walk(event.key);
    } else onKey?.(event);
  };
  return (
    <section
      ref={frame}
      aria-label={label}
      onKeyDown={press}
      className="relative size-full min-h-0 min-w-0 [&_[class*=attribution]]:!bg-transparent [&_[class*=attribution]_a]:!text-faint"
    >
      <ReactFlow<CanvasNode, LinkEdgeType>
        nodes={drawn}
        edges={edges}
        nodeTypes={rest.nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodesChange}
        onNodeClick={(event, node) =>
          onChoose(toggled(chosen, node.id, event.shiftKey || event.metaKey || event.ctrlKey))
        }
        onPaneClick={() => onChoose([])}
        onNodeDragStop={(_, __, moved) => onMove?.(Object.fromEntries(moved.map((node) => [node.id, node.position])))}
        onSelectionEnd={() => onChoose(drawn.filter((node) => node.selected).map((node) => node.id))}
        nodesDraggable={!readOnly}
        nodesConnectable={!readOnly}
        deleteKeyCode={null}
        disableKeyboardA11y
        edgesFocusable={false}
        onlyRenderVisibleElements={nodes.length > MANY_NODES}
        elevateNodesOnSelect={false}
        fitView
        fitViewOptions={FIT}
        minZoom={0.1}
        maxZoom={2}
        {...flow}
      >
        <Background variant={BackgroundVariant.Dots} gap={22} size={1.4} color="var(--line)" bgColor="var(--paper)" />
        <FrameControls />
        <FirstView settled={settled && drawn.length > 0} />
        <ShowAdded nodes={nodes} />
        <Overview nodes={nodes.length} />
        {rest.children}
      </ReactFlow>
    </section>
  );
}

function toggled(chosen: ReadonlySet<string>, id: string, adds: boolean): string[] {
  if (!adds) return [id];
  return chosen.has(id) ? [...chosen].filter((key) => key !== id) : [...chosen, id];
}

const isTyping = (target: EventTarget) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

function useWalk(
  frame: React.RefObject<HTMLElement | null>,
  drawn: CanvasNode[],
  chosen: ReadonlySet<string>,
  onChoose: (keys: string[]) => void,
) {
  const { setCenter, getZoom, getInternalNode } = useReactFlow();
  return (direction: Direction) => {
    const spots = drawn.map((node) => ({ id: node.id, ...node.position }));
    const from = [...chosen].at(-1);
    const to = from === undefined ? firstOf(spots) : neighbourOf(spots, from, direction);
    if (to === undefined) return;
    onChoose([to]);
    const element = () => frame.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(to)}"]`);
    const node = getInternalNode(to);
    const at = node?.internals.positionAbsolute;
    if (at && !isInside(frame.current, element()))
      setCenter(at.x + (node.measured.width ?? 0) / 2, at.y + (node.measured.height ?? 0) / 2, { zoom: getZoom() });
    requestAnimationFrame(() => element()?.focus({ preventScroll: true }));
  };
}

function isInside(frame: HTMLElement | null, element: HTMLElement | null | undefined): boolean {
  if (!(frame && element)) return false;
  const [outer, inner] = [frame.getBoundingClientRect(), element.getBoundingClientRect()];
  return (
    inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom
  );
}

function FrameControls() {
  const t = useTranslations("workflows.canvas");
  const { zoomIn, zoomOut, fitView } = useReactFlow();
  return (
    <Panel position="bottom-left" className="flex gap-1">
      <Button size="icon" aria-label={t("zoomOut")} title={t("zoomOut")} onClick={() => zoomOut()}>
        <Minus aria-hidden="true" />
      </Button>
      <Button size="icon" aria-label={t("zoomIn")} title={t("zoomIn")} onClick={() => zoomIn()}>
        <Plus aria-hidden="true" />
      </Button>
      <Button size="icon" aria-label={t("fit")} title={t("fit")} onClick={() => fitView(FIT)}>
        <Maximize2 aria-hidden="true" />
      </Button>
    </Panel>
  );
}

/** A map of the whole is worth its place only where the whole does not fit. */
function Overview({ nodes }: { nodes: number }) {
  const t = useTranslations("workflows.canvas");
  const style = useMemo(
    () => ({ width: 148, height: 92, background: "var(--card)", border: "1px solid var(--line)" }),
    [],
  );
  if (nodes < FEW_NODES) return null;
  return (
    <MiniMap<CanvasNode>
      className="max-md:!hidden"
      ariaLabel={t("minimap")}
      pannable
      zoomable
      style={style}
      maskColor="color-mix(in srgb, var(--soft) 70%, transparent)"
      nodeColor={(node) => (node.type === "step" ? `var(--${clusterColour(node.data.cluster)})` : "var(--edge)")}
    />
  );
}
