import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { cn } from "./class-names";

const chip = cva(
  "inline-flex max-w-full items-center gap-1.5 rounded-full px-2 py-0.5 text-xs leading-[1.4] font-medium whitespace-nowrap",
  {
    variants: {
      look: {
        plain: "bg-soft text-dim",
        ok: "bg-ok-soft text-ok",
        bad: "bg-bad-soft text-bad",
        warn: "bg-warn-soft text-warn",
        run: "bg-accent-soft text-accent",
        cluster: "bg-cluster-soft text-cluster",
      },
    },
    defaultVariants: { look: "plain" },
  },
);

export type ChipLook = NonNullable<VariantProps<typeof chip>["look"]>;

export function Chip({ look, className, ...rest }: ComponentProps<"span"> & VariantProps<typeof chip>) {
  return <span className={cn(chip({ look }), className)} {...rest} />;
}
