import type { ReactNode } from "react";
import { cn } from "./class-names";

type Props = {
  title: ReactNode;
  children?: ReactNode;
  /** What to do next: buttons or links. */
  actions?: ReactNode;
  tone?: "plain" | "bad" | "warn";
  className?: string;
};

const tones = { plain: "border-line", bad: "border-bad/50", warn: "border-warn/50" };

/** A place with nothing in it (yet, or any more): why, and what to do next. */
export function EmptyState({ title, children, actions, tone = "plain", className }: Props) {
  return (
    <div
      role={tone === "bad" ? "alert" : undefined}
      className={cn("rounded-lg border border-dashed bg-card px-6 py-10 text-center", tones[tone], className)}
    >
      <div className="text-lg font-semibold">{title}</div>
      {children ? <div className="mx-auto mt-1 max-w-[56ch] text-dim">{children}</div> : null}
      {actions ? <div className="mt-4 flex flex-wrap justify-center gap-2">{actions}</div> : null}
    </div>
  );
}

/** A line that tells of trouble or news inside a form or a page. */
export function Notice({ tone = "plain", children, className }: Pick<Props, "tone" | "children" | "className">) {
  const looks = { plain: "bg-soft text-ink", bad: "bg-bad-soft text-bad", warn: "bg-warn-soft text-warn" };
  return (
    <div
      role={tone === "bad" ? "alert" : "status"}
      className={cn("rounded-md px-3 py-2 text-sm", looks[tone], className)}
    >
      {children}
    </div>
  );
}
