import type { ReactNode } from "react";

export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className="rounded-sm border border-line bg-card px-1.5 font-mono text-[11px] text-dim">{children}</kbd>;
}
