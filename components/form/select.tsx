import { ChevronDown } from "lucide-react";
import type { ComponentProps } from "react";
import { cn } from "#components/ui/class-names";
import { controlClass } from "./input";

type Choice = { value: string; label: string; disabled?: boolean };

type Props = Omit<ComponentProps<"select">, "onChange"> & {
  choices: readonly Choice[];
  onChange?: (value: string) => void;
};

/** The browser's own select: works with every keyboard, screen reader and phone. */
export function Select({ choices, onChange, className, ...rest }: Props) {
  return (
    <span className={cn("relative inline-flex w-full", className)}>
      <select
        className={cn(controlClass, "h-8 appearance-none pr-8")}
        {...(onChange ? { onChange: (event) => onChange(event.target.value) } : {})}
        {...rest}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value} disabled={choice.disabled}>
            {choice.label}
          </option>
        ))}
      </select>
      <ChevronDown aria-hidden="true" className="pointer-events-none absolute top-2 right-2.5 size-4 text-dim" />
    </span>
  );
}
