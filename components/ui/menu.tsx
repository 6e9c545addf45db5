"use client";

import { Check } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./class-names";

const itemClass =
  "flex w-full items-center gap-2 rounded-sm px-2.5 py-1.5 text-sm outline-none select-none data-[disabled]:opacity-50 data-[highlighted]:bg-accent-soft data-[highlighted]:text-accent [&_svg]:size-4 [&_svg]:shrink-0";

type MenuProps = { trigger: ReactNode; children: ReactNode; align?: "start" | "end" };

/** A menu that opens from its trigger (a Button). */
export function Menu({ trigger, children, align = "end" }: MenuProps) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-44 overflow-y-auto rounded-md border border-line bg-card p-1 shadow-sm"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

type ItemProps = ComponentProps<typeof Radix.Item> & { danger?: boolean };

export function MenuItem({ danger = false, className, ...rest }: ItemProps) {
  return <Radix.Item className={cn(itemClass, danger && "text-bad", className)} {...rest} />;
}

/** One of several of which one holds; the tick says which, without colour. */
export function MenuChoice({ chosen, children, ...rest }: ComponentProps<typeof Radix.Item> & { chosen: boolean }) {
  return (
    <Radix.CheckboxItem
      checked={chosen}
      className={itemClass}
      {...(rest as Omit<ComponentProps<typeof Radix.CheckboxItem>, "checked">)}
    >
      <span className="flex-1">{children}</span>
      <Radix.ItemIndicator>
        <Check aria-hidden="true" />
      </Radix.ItemIndicator>
    </Radix.CheckboxItem>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2.5 pt-1.5 pb-0.5 text-xs font-semibold text-faint">{children}</Radix.Label>;
}

export function MenuLine() {
  return <Radix.Separator className="my-1 h-px bg-line" />;
}
