"use client";

import { useTranslations } from "next-intl";
import { useStateWord } from "#components/marks/state-mark";
import { Button } from "#components/ui/button";
import type { AgreementRow, AgreementState } from "#server/protocol/portal-views";

/** A state, or all of them. */
export type Filter = AgreementState | "";

/** What asks for somebody first, what is over last. */
const STATES: readonly AgreementState[] = [
  "REQUESTED",
  "ACTIVE",
  "SUSPENDED",
  "REVOKING",
  "REVOKED",
  "EXPIRED",
  "REJECTED",
];

/** The filter that an address names; anything else shows all. */
export const readFilter = (text: string | undefined): Filter => STATES.find((state) => state === text) ?? "";

type Props = { rows: readonly AgreementRow[]; filter: Filter; onChange: (filter: Filter) => void };

/** The states that occur, with their number, and the one that is chosen. */
export function AgreementFilter({ rows, filter, onChange }: Props) {
  const t = useTranslations("agreements");
  const word = useStateWord();
  const countOf = (state: AgreementState) => rows.filter((row) => row.state === state).length;
  const offered = STATES.filter((state) => state === filter || countOf(state) > 0);
  if (rows.length === 0) return null;
  return (
    <fieldset className="mb-4 flex flex-wrap gap-1">
      <legend className="sr-only">{t("filter")}</legend>
      {(["", ...offered] as const).map((state) => (
        <Button
          key={state}
          size="sm"
          look={state === filter ? "plain" : "quiet"}
          aria-pressed={state === filter}
          onClick={() => onChange(state)}
        >
          {t("count", {
            state: state === "" ? t("all") : word("agreement", state),
            count: state === "" ? rows.length : countOf(state),
          })}
        </Button>
      ))}
    </fieldset>
  );
}
