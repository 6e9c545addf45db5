"use client";

import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from "reactflow";
import { clusterColour } from "#components/marks/cluster-chip";
import { cn } from "#components/ui/class-names";
import type { LinkEdge as LinkEdgeType } from "./graph-of-workflow";

/** A thin line within a cluster; between clusters a dashed bridge in the colour of where the data goes. */
export function LinkEdge(props: EdgeProps<LinkEdgeType>) {
  const [path, x, y] = getBezierPath(props);
  const crossing = props.data?.crossing ?? false;
  const colour = props.data?.cluster ? clusterColour(props.data.cluster) : undefined;
  const stroke = crossing && colour ? `var(--${colour})` : "var(--edge)";
  return (
    <>
      <BaseEdge
        id={props.id}
        path={path}
        style={{
          stroke: props.selected ? "var(--accent)" : stroke,
          strokeWidth: props.selected || crossing ? 2 : 1.5,
          ...(crossing ? { strokeDasharray: "6 4" } : {}),
        }}
      />
      {props.data?.label ? (
        <EdgeLabelRenderer>
          <span
            data-cluster={colour}
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
            className={cn(
              "numbers pointer-events-none absolute rounded-full border border-line bg-card px-1.5 text-[11px] whitespace-nowrap",
              crossing ? "text-cluster" : "text-dim",
            )}
          >
            {props.data.label}
          </span>
        </EdgeLabelRenderer>
      ) : null}
    </>
  );
}
