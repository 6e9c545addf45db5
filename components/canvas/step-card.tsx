"use client";

import type { ReactNode } from "react";
import { clusterColour } from "#components/marks/cluster-chip";
import { useBilingual } from "#components/marks/words";
import { cn } from "#components/ui/class-names";
import { ClusterMark } from "./cluster-name";
import type { StepNodeData } from "./graph-of-workflow";
import { STEP_WIDTH } from "./layout-workflow";
import { PortRow } from "./port-row";

type Props = {
  data: StepNodeData;
  chosen: boolean;
  /** Outlines the node: something about it needs a person, or it failed. */
  tone?: "problem" | "failed" | undefined;
  mark: ReactNode;
  badge?: ReactNode;
  where?: ReactNode;
  chip?: ReactNode;
  readOnly: boolean;
  /** A short fact beside an output port, such as its size. */
  asides?: Record<string, string>;
  children?: ReactNode;
};

/** A step as designer and run view both draw it: its cluster's colour at the left, state, name, place, ports. */
export function StepCard({ data, chosen, tone, mark, badge, where, chip, readOnly, asides, children }: Props) {
  const say = useBilingual();
  return (
    <div
      data-cluster={clusterColour(data.cluster)}
      style={{ width: STEP_WIDTH }}
      className={cn(
        "rounded-[11px] border border-l-4 border-edge/45 border-l-cluster bg-card text-ink outline-2 outline-offset-2 outline-transparent",
        tone === "problem" && "outline-warn",
        tone === "failed" && "outline-bad",
        chosen && "outline-accent",
      )}
    >
      <div className="flex items-center gap-2 px-3 pt-2 pb-0.5 text-sm font-semibold">
        {mark}
        <span className="truncate">{say(data.title)}</span>
        <span className="ml-auto shrink-0">{badge}</span>
      </div>
      <div className="flex items-center gap-1.5 px-3 pb-2 text-xs text-dim">
        <ClusterMark name={data.cluster} className="shrink-0">
          {chip}
        </ClusterMark>
        <span className="truncate">{where}</span>
      </div>
      {data.inputs.length + data.outputs.length > 0 ? (
        <div className="border-t border-line py-1">
          {data.inputs.map((port) => (
            <PortRow
              key={port.name}
              port={port}
              side="in"
              disabled={readOnly}
              scattered={data.scattered.includes(port.name)}
            />
          ))}
          {data.outputs.map((port) => (
            <PortRow key={port.name} port={port} side="out" disabled={readOnly} aside={asides?.[port.name]} />
          ))}
        </div>
      ) : null}
      {children}
    </div>
  );
}
