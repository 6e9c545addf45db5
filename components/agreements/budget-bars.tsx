"use client";

import { useFormatter, useTranslations } from "next-intl";
import { bytesText } from "#components/marks/bytes";
import { Meter } from "#components/marks/meter";
import { useDurationText } from "#components/marks/time";
import type { AgreementRow } from "#server/protocol/portal-views";
import { TERMS, type Term } from "./budget";

const HOUR = 3600;

/** An amount of a budget in the reader's words. */
function useAmountText(): (term: Term, amount: number) => string {
  const t = useTranslations("agreements");
  const format = useFormatter();
  const duration = useDurationText();
  return (term, amount) => {
    if (term === "runs") return t("runs", { count: amount });
    if (term === "outputBytes") return bytesText(amount);
    if (amount > 0 && amount < HOUR) return duration(amount * 1000);
    return t("hours", { hours: format.number(amount / HOUR, { maximumFractionDigits: 1 }) });
  };
}

/** How much of each term is used and left; a term without a limit says so. */
export function BudgetBars({ row }: { row: Pick<AgreementRow, "budget" | "used"> }) {
  const t = useTranslations("agreements");
  return (
    <ul aria-label={t("budget")} className="numbers grid content-start gap-1 text-xs">
      {TERMS.map((term) => (
        <BudgetBar key={term} term={term} used={row.used[term]} limit={row.budget[term]} />
      ))}
    </ul>
  );
}

function BudgetBar({ term, used, limit }: { term: Term; used: number; limit: number | null }) {
  const t = useTranslations("agreements");
  const text = useAmountText();
  const name = t(`amount.${term}`);
  const amounts = { used: text(term, used), limit: limit === null ? "" : text(term, limit) };
  return (
    <li className="grid grid-cols-[5.5rem_minmax(2rem,1fr)] items-center gap-x-2">
      <span className="text-dim">{name}</span>
      {limit === null ? (
        <span>{t("unlimited", { used: amounts.used })}</span>
      ) : (
        <span className="flex flex-wrap items-center gap-x-2">
          <Meter used={used} limit={limit} label={t("meter", { name, ...amounts })} className="w-20" />
          <span>{t("used", amounts)}</span>
          <span className={used >= limit ? "text-warn" : "text-faint"}>
            {used >= limit ? t("usedUp") : t("left", { left: text(term, limit - used) })}
          </span>
        </span>
      )}
    </li>
  );
}
