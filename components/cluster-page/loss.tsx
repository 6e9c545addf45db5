"use client";

import { useFormatter, useTranslations } from "next-intl";
import { useBilingual } from "#components/marks/words";
import type { AgreementRow, AgreementState, ClusterRow } from "#server/protocol/portal-views";

const OPEN: ReadonlySet<AgreementState> = new Set(["REQUESTED", "ACTIVE", "SUSPENDED"]);
const NAMED = 5;

type Props = { row: ClusterRow; agreements: AgreementRow[]; isForGood: boolean };

/** Who and what is hit when a cluster is suspended, or leaves for good. */
export function Loss({ row, agreements, isForGood }: Props) {
  const t = useTranslations("clusters.loss");
  const people = usePeople();
  const open = agreements.filter((one) => OPEN.has(one.state));
  const facts = { count: open.length, people: people(open) };
  const said = [
    row.apps > 0 ? t(isForGood ? "appsHidden" : "appsWait", { count: row.apps }) : undefined,
    open.length > 0 ? t(isForGood ? "agreementsEnd" : "agreementsWait", facts) : undefined,
    open.length === 0 && isForGood ? t("agreementsEndNone") : undefined,
    row.hosted > 0 ? t(isForGood ? "hostedEnd" : "hostedGoOn", { count: row.hosted }) : undefined,
  ].filter((text) => text !== undefined);
  if (said.length === 0) return null;
  return (
    <ul aria-label={t("label")} className="grid list-disc gap-1 pl-5">
      {said.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}

/** The people behind agreements, the first few by name. */
function usePeople(): (rows: AgreementRow[]) => string {
  const t = useTranslations("clusters.loss");
  const words = useBilingual();
  const format = useFormatter();
  return (rows) => {
    const names = [...new Set(rows.map((row) => words(row.user.name)))];
    const rest = names.length - NAMED;
    return format.list(rest > 0 ? [...names.slice(0, NAMED), t("more", { count: rest })] : names);
  };
}
