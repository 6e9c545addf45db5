import type { ComponentProps, ReactNode } from "react";
import { cn } from "#components/ui/class-names";

type Props = Omit<ComponentProps<"input">, "type" | "onChange"> & {
  children: ReactNode;
  onChange?: (checked: boolean) => void;
};

/** A box with its label; the whole line can be pressed. */
export function Checkbox({ children, onChange, className, ...rest }: Props) {
  return (
    <label className={cn("flex min-h-6 items-center gap-2 text-sm", className)}>
      <input
        type="checkbox"
        className="size-4 shrink-0 accent-accent"
        {...(onChange ? { onChange: (event) => onChange(event.target.checked) } : {})}
        {...rest}
      />
      <span className="min-w-0 flex-1">{children}</span>
    </label>
  );
}
