import { cva, type VariantProps } from "class-variance-authority";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./class-names";

const button = cva(
  "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap transition-colors select-none disabled:cursor-not-allowed disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      look: {
        plain: "border-line bg-card text-ink hover:bg-soft",
        go: "border-accent bg-accent text-on-accent hover:brightness-110",
        danger: "border-line bg-card text-bad hover:border-bad hover:bg-bad-soft",
        quiet: "border-transparent bg-transparent text-dim hover:bg-soft hover:text-ink",
      },
      size: {
        sm: "h-7 px-2 text-xs",
        md: "h-8 px-3 text-sm",
        lg: "h-10 px-4 text-base",
        icon: "size-8 p-0",
      },
    },
    defaultVariants: { look: "plain", size: "md" },
  },
);

type Props = ComponentProps<"button"> & VariantProps<typeof button> & { asChild?: boolean; busy?: boolean };

/** `busy` keeps the place and the focus while its work is under way, and does nothing when pressed again. */
export function Button({ look, size, asChild, busy = false, className, type, onClick, ...rest }: Props) {
  const classes = cn(button({ look, size }), busy && "cursor-progress opacity-70", className);
  if (asChild) return <Slot.Root className={classes} onClick={onClick} {...rest} />;
  return (
    <button
      type={type ?? "button"}
      className={classes}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      {...rest}
    />
  );
}
