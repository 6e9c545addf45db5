"use client";

import { LogIn, LogOut } from "lucide-react";
import { useTranslations } from "next-intl";
import type { NodeProps } from "reactflow";
import { useBilingual } from "#components/marks/words";
import { cn } from "#components/ui/class-names";
import type { BoundaryNodeData, InputNode, OutputNode } from "./graph-of-workflow";
import { PortHandle } from "./port-row";

type Props = { data: BoundaryNodeData; side: "input" | "output"; chosen: boolean; readOnly: boolean };

/** A workflow input or output: what comes from the person who runs it, and what they get. */
function BoundaryCard({ data, side, chosen, readOnly }: Props) {
  const t = useTranslations("workflows.canvas");
  const say = useBilingual();
  const Icon = side === "input" ? LogIn : LogOut;
  const title = say(data.title) || data.name;
  return (
    <div
      className={cn(
        "relative w-[168px] border border-edge/60 bg-soft px-3 py-1.5 outline-2 outline-offset-2 outline-transparent",
        side === "input" ? "rounded-l-full rounded-r-md pl-5" : "rounded-l-md rounded-r-full pr-5",
        chosen && "outline-accent",
      )}
    >
      <div className="flex items-center gap-1.5 text-xs text-faint">
        <Icon className="size-3" aria-hidden="true" />
        {t(side)}
        <span className="ml-auto font-mono text-[11px]">{data.type}</span>
      </div>
      <div className="truncate text-sm font-semibold">{title}</div>
      <PortHandle
        id={side === "input" ? "out" : "in"}
        side={side === "input" ? "out" : "in"}
        list={data.type.endsWith("[]")}
        disabled={readOnly}
        label={`${title} ${data.type}`}
      />
    </div>
  );
}

export function InputCard({ data, selected, isConnectable }: NodeProps<InputNode>) {
  return <BoundaryCard data={data} side="input" chosen={selected ?? false} readOnly={!isConnectable} />;
}

export function OutputCard({ data, selected, isConnectable }: NodeProps<OutputNode>) {
  return <BoundaryCard data={data} side="output" chosen={selected ?? false} readOnly={!isConnectable} />;
}
