import { Server } from "lucide-react";
import type { ReactNode } from "react";
import { Chip } from "#components/ui/chip";

export type ClusterColour = "c1" | "c2" | "c3" | "c4" | "c5" | "c6";

const COLOURS: readonly ClusterColour[] = ["c1", "c2", "c3", "c4", "c5", "c6"];

/** A cluster's colour follows from its name alone, so it is the same everywhere and for everybody. */
export function clusterColour(name: string): ClusterColour {
  let hash = 539;
  for (const letter of name) hash = (Math.imul(hash, 31) + (letter.codePointAt(0) ?? 0)) >>> 0;
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d) >>> 0;
  hash ^= hash >>> 12;
  return COLOURS[(hash >>> 0) % COLOURS.length] ?? "c1";
}

type Props = {
  name: string;
  /** The cluster's title in the reader's language; its name otherwise. */
  title?: string | undefined;
  /** What it is here: home, remote … */
  children?: ReactNode;
  className?: string;
};

/** A cluster's colour always comes with its name. */
export function ClusterChip({ name, title, children, className }: Props) {
  return (
    <Chip look="cluster" data-cluster={clusterColour(name)} {...(className ? { className } : {})}>
      <Server aria-hidden="true" className="size-3" />
      <span className="truncate">{title ?? name}</span>
      {children ? <span aria-hidden="true">·</span> : null}
      {children}
    </Chip>
  );
}
