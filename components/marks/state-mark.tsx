"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Chip, type ChipLook } from "#components/ui/chip";
import { cn } from "#components/ui/class-names";
import { type Look, lookOf, type StateKind, type States } from "./state-look";

const inks: Record<Look, string> = {
  ok: "text-ok",
  wait: "text-wait",
  run: "text-run",
  bad: "text-bad",
  need: "text-warn",
  off: "text-wait",
};

const shapes: Record<Look, ReactNode> = {
  ok: (
    <>
      <circle cx="6" cy="6" r="5.5" fill="currentColor" />
      <path d="m3.6 6.2 1.7 1.7 3.2-3.6" fill="none" stroke="var(--card)" strokeWidth="1.4" />
    </>
  ),
  wait: <circle cx="6" cy="6" r="3.5" fill="currentColor" />,
  run: (
    <circle
      cx="6"
      cy="6"
      r="4.5"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeDasharray="21 8"
      strokeLinecap="round"
    />
  ),
  bad: <rect x="1" y="1" width="10" height="10" rx="2" fill="currentColor" />,
  need: <rect x="2" y="2" width="8" height="8" rx="1.5" fill="currentColor" transform="rotate(45 6 6)" />,
  off: (
    <>
      <circle cx="6" cy="6" r="4.75" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M3.6 6h4.8" stroke="currentColor" strokeWidth="1.5" />
    </>
  ),
};

/** The bare mark: round is fine or waiting, an open ring runs, a square failed, a diamond needs somebody. */
export function LookMark({ look, className }: { look: Look; className?: string }) {
  return (
    <svg
      viewBox="0 0 12 12"
      aria-hidden="true"
      className={cn("size-3 shrink-0", inks[look], look === "run" && "spin-slow", className)}
    >
      {shapes[look]}
    </svg>
  );
}

type Props<K extends StateKind> = { kind: K; state: States[K]; className?: string };

/** The word for a state in the reader's language. */
export function useStateWord(): <K extends StateKind>(kind: K, state: States[K]) => string {
  const t = useTranslations("states");
  return (kind, state) => {
    const key = `${kind}.${state}` as Parameters<typeof t>[0];
    return t.has(key) ? t(key) : state;
  };
}

/** Mark alone, named for screen readers. */
export function StateMark<K extends StateKind>({ kind, state, className }: Props<K>) {
  const word = useStateWord()(kind, state);
  return (
    <span className="inline-flex" title={word}>
      <LookMark look={lookOf(kind, state)} {...(className ? { className } : {})} />
      <span className="sr-only">{word}</span>
    </span>
  );
}

const chipLooks: Record<Look, ChipLook> = {
  ok: "ok",
  wait: "plain",
  run: "run",
  bad: "bad",
  need: "warn",
  off: "plain",
};

/** Mark and word together. */
export function StateChip<K extends StateKind>({ kind, state, className }: Props<K>) {
  const look = lookOf(kind, state);
  return (
    <Chip look={chipLooks[look]} className={cn(className)}>
      <LookMark look={look} className="size-2.5" />
      {useStateWord()(kind, state)}
    </Chip>
  );
}
