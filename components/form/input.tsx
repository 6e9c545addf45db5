import type { ComponentProps } from "react";
import { cn } from "#components/ui/class-names";

export const controlClass =
  "w-full min-w-0 rounded-md border border-edge bg-card px-2.5 text-sm text-ink placeholder:text-faint aria-invalid:border-bad disabled:cursor-not-allowed disabled:bg-soft disabled:text-dim";

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input autoComplete="off" className={cn(controlClass, "h-8", className)} {...rest} />;
}

export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea rows={3} className={cn(controlClass, "py-1.5", className)} {...rest} />;
}
