"use client";

import { useTranslations } from "next-intl";
import { useStateWord } from "#components/marks/state-mark";
import { Button } from "#components/ui/button";
import type { RunState } from "#server/protocol/states";

/** A state, or all of them. */
export type Filter = RunState | "";
const FILTERS: readonly Filter[] = ["", "RUNNING", "QUEUED", "SUCCEEDED", "FAILED", "CANCELLED"];

export function FilterBar({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  const t = useTranslations("runs.list");
  const word = useStateWord();
  return (
    <fieldset className="mb-3 flex flex-wrap gap-1">
      <legend className="sr-only">{t("filter")}</legend>
      {FILTERS.map((value) => (
        <Button
          key={value}
          size="sm"
          look={value === filter ? "plain" : "quiet"}
          aria-pressed={value === filter}
          onClick={() => onChange(value)}
        >
          {value === "" ? t("all") : word("run", value)}
        </Button>
      ))}
    </fieldset>
  );
}
