"use client";

import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "./class-names";

type Tab = { id: string; label: ReactNode; content: ReactNode };

type Props = {
  tabs: Tab[];
  label: string;
  /** Controlled when given; otherwise the first tab is open. */
  value?: string;
  onChange?: (id: string) => void;
  className?: string;
  contentClassName?: string;
};

/** Tabs of one region; arrow keys move between them. */
export function Tabs({ tabs, label, value, onChange, className, contentClassName }: Props) {
  const control = value === undefined ? { defaultValue: tabs[0]?.id ?? "" } : { value };
  return (
    <Radix.Root {...control} {...(onChange ? { onValueChange: onChange } : {})} className={className}>
      <Radix.List aria-label={label} className="flex gap-4 overflow-x-auto border-b border-line">
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.id}
            value={tab.id}
            className="-mb-px border-b-2 border-transparent px-0.5 py-2 text-sm whitespace-nowrap text-dim hover:text-ink data-[state=active]:border-accent data-[state=active]:font-semibold data-[state=active]:text-ink"
          >
            {tab.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.id} value={tab.id} className={cn("pt-3", contentClassName)}>
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
