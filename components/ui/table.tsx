import type { ComponentProps } from "react";
import { cn } from "./class-names";

/** Scrolls sideways inside itself on narrow screens, never the page; `label` names it for screen readers. */
export function Table({ label, className, ...rest }: ComponentProps<"table"> & { label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="relative overflow-x-auto rounded-lg border border-line bg-card" aria-label={label} tabIndex={0}>
      <table className={cn("numbers w-full border-collapse text-sm", className)} {...rest} />
    </section>
  );
}

export function Th({ className, ...rest }: ComponentProps<"th">) {
  return (
    <th
      scope="col"
      className={cn(
        "border-b border-line px-3 py-2 text-left text-xs font-semibold whitespace-nowrap text-faint",
        className,
      )}
      {...rest}
    />
  );
}

export function Tr({ className, ...rest }: ComponentProps<"tr">) {
  return <tr className={cn("group last:[&>td]:border-b-0 [tbody>&]:hover:bg-soft/50", className)} {...rest} />;
}

export function Td({ className, ...rest }: ComponentProps<"td">) {
  return <td className={cn("h-10 border-b border-line px-3 py-1.5 align-middle", className)} {...rest} />;
}
