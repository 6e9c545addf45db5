"use client";

import { Handle, Position } from "reactflow";
import { useBilingual } from "#components/marks/words";
import { cn } from "#components/ui/class-names";
import type { PortView } from "./graph-of-workflow";

type HandleProps = {
  id: string;
  side: "in" | "out";
  list: boolean;
  missing?: boolean;
  disabled?: boolean;
  label: string;
};

/** Where links begin and end: round for one value, square for a list, hollow while something required is missing. */
export function PortHandle({ id, side, list, missing = false, disabled = false, label }: HandleProps) {
  return (
    <Handle
      id={id}
      type={side === "in" ? "target" : "source"}
      position={side === "in" ? Position.Left : Position.Right}
      isConnectable={!disabled}
      aria-label={label}
      data-port={id}
      className={cn(
        "!size-[11px] !min-w-0 !border-2 !border-card",
        list ? "!rounded-[2px]" : "!rounded-full",
        missing ? "!border-warn !bg-card" : "!bg-edge",
        disabled ? "!cursor-default" : "hover:!bg-accent",
      )}
    />
  );
}

type RowProps = {
  port: PortView;
  side: "in" | "out";
  disabled: boolean;
  scattered?: boolean;
  aside?: string | undefined;
};

/** One port of a step: its name, its type on hover, its handle at the card's edge. */
export function PortRow({ port, side, disabled, scattered = false, aside }: RowProps) {
  const say = useBilingual();
  const title = say(port.title) || port.name;
  return (
    <div
      className={cn("relative flex h-6 items-center gap-2 px-3 text-xs text-dim", side === "out" && "justify-end")}
      title={`${port.name}${port.type ? ` · ${port.type}` : ""}`}
    >
      <PortHandle
        id={port.name}
        side={side}
        list={port.type.endsWith("[]")}
        missing={side === "in" && port.required && !port.linked}
        disabled={disabled}
        label={`${title} ${port.type}`}
      />
      {aside ? <span className="numbers mr-auto font-mono text-[11px] text-faint">{aside}</span> : null}
      <span className="truncate">{title}</span>
      {scattered ? <span aria-hidden="true">×n</span> : null}
    </div>
  );
}
