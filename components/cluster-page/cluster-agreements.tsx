"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { StateChip } from "#components/marks/state-mark";
import { DueTime } from "#components/marks/time";
import { useBilingual } from "#components/marks/words";
import { Section } from "#components/ui/card";
import { Table, Td, Th, Tr } from "#components/ui/table";
import type { AgreementRow } from "#server/protocol/portal-views";

/** The agreements at a cluster that the reader may see, in short; they are managed in their own room. */
export function ClusterAgreements({ rows }: { rows: AgreementRow[] }) {
  const t = useTranslations("clusters");
  const more = (
    <Link href="/agreements" className="text-sm text-accent hover:underline">
      {t("page.allAgreements")}
    </Link>
  );
  return (
    <Section title={t("page.agreements")} aside={rows.length > 0 ? more : null}>
      {rows.length === 0 ? (
        <p className="text-sm text-dim">{t("page.noAgreements")}</p>
      ) : (
        <Table label={t("page.agreements")}>
          <thead>
            <tr>
              <Th>{t("column.user")}</Th>
              <Th>{t("column.app")}</Th>
              <Th>{t("column.state")}</Th>
              <Th>{t("column.runs")}</Th>
              <Th>{t("column.until")}</Th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Line key={row.id} row={row} />
            ))}
          </tbody>
        </Table>
      )}
    </Section>
  );
}

function Line({ row }: { row: AgreementRow }) {
  const t = useTranslations("clusters.page");
  const words = useBilingual();
  const { used, budget } = row;
  return (
    <Tr>
      <Td>{words(row.user.name)}</Td>
      <Td>{words(row.appTitle)}</Td>
      <Td>
        <StateChip kind="agreement" state={row.state} />
      </Td>
      <Td className="whitespace-nowrap">
        {budget.runs === null ? used.runs : t("runsOf", { used: used.runs, limit: budget.runs })}
      </Td>
      <Td>{row.expiresAt ? <DueTime at={row.expiresAt} /> : t("noEnd")}</Td>
    </Tr>
  );
}
