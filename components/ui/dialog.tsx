"use client";

import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { Button } from "./button";
import { cn } from "./class-names";

type Props = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  children?: ReactNode;
  /** Buttons at the bottom; the way out is always there too. */
  actions?: ReactNode;
  wide?: boolean;
};

/** What is asked comes first: the first field, else the first answer, not the cross. */
function focusFirst(event: Event): void {
  const box = event.currentTarget as HTMLElement;
  const field = box.querySelector<HTMLElement>(
    "[data-dialog=body] :is(input, select, textarea, button):enabled, [data-dialog=body] a",
  );
  const first = field ?? box.querySelector<HTMLElement>("[data-dialog=actions] button");
  if (!first) return;
  event.preventDefault();
  first.focus();
}

/** A modal question or form; Escape, the cross and a press outside close it, the focus goes back where it was. */
export function Dialog({ open, onOpenChange, title, description, children, actions, wide = false }: Props) {
  const t = useTranslations("ui");
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/35" />
        <Radix.Content
          onOpenAutoFocus={focusFirst}
          {...(description ? {} : { "aria-describedby": undefined })}
          className={cn(
            "fixed z-50 flex max-h-[90dvh] w-full flex-col border border-line bg-card",
            "inset-x-0 bottom-0 rounded-t-xl sm:inset-auto sm:top-1/2 sm:left-1/2 sm:-translate-1/2 sm:rounded-xl",
            wide ? "sm:max-w-2xl" : "sm:max-w-md",
          )}
        >
          <div className="flex items-start gap-3 px-5 pt-4 pb-2">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-lg">{title}</Radix.Title>
              {description ? (
                <Radix.Description className="mt-0.5 text-sm text-dim">{description}</Radix.Description>
              ) : null}
            </div>
            <Radix.Close asChild>
              <Button look="quiet" size="icon" aria-label={t("close")} className="-mt-1 -mr-2">
                <X aria-hidden="true" />
              </Button>
            </Radix.Close>
          </div>
          <div data-dialog="body" className="min-h-0 flex-1 overflow-y-auto px-5 py-2">
            {children}
          </div>
          {actions ? (
            <div data-dialog="actions" className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">
              {actions}
            </div>
          ) : null}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

type ConfirmProps = Pick<Props, "open" | "onOpenChange" | "title" | "children"> & {
  confirm: ReactNode;
  onConfirm: () => void;
  busy?: boolean;
  danger?: boolean;
};

/** Asks once before something that cannot be taken back. */
export function ConfirmDialog({ confirm, onConfirm, busy = false, danger = false, ...rest }: ConfirmProps) {
  const t = useTranslations("ui");
  return (
    <Dialog
      {...rest}
      actions={
        <>
          <Button onClick={() => rest.onOpenChange(false)}>{t("cancel")}</Button>
          <Button look={danger ? "danger" : "go"} busy={busy} onClick={onConfirm}>
            {confirm}
          </Button>
        </>
      }
    />
  );
}
