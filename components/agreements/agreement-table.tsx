"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { ClusterChip } from "#components/marks/cluster-chip";
import { Meter } from "#components/marks/meter";
import { StateChip } from "#components/marks/state-mark";
import { DueTime } from "#components/marks/time";
import { useBilingual } from "#components/marks/words";
import { Table, Td, Th, Tr } from "#components/ui/table";
import type { AgreementRow } from "#server/protocol/portal-views";
import { RevokeButton } from "./revoke-button";

type Props = {
  label: string;
  rows: AgreementRow[];
  clusterTitles: Record<string, string>;
  showUser?: boolean;
};

export function AgreementTable({ label, rows, clusterTitles, showUser = false }: Props) {
  const t = useTranslations("agreements");
  return (
    <Table label={label}>
      <thead>
        <tr>
          <Th>{t("column.app")}</Th>
          {showUser ? <Th>{t("column.user")}</Th> : null}
          <Th>{t("column.state")}</Th>
          <Th>{t("column.budget")}</Th>
          <Th>{t("column.until")}</Th>
          <Th>{t("column.purpose")}</Th>
          <Th>{t("column.what")}</Th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <AgreementLine key={row.id} row={row} clusterTitle={clusterTitles[row.cluster]} showUser={showUser} />
        ))}
      </tbody>
    </Table>
  );
}

type LineProps = { row: AgreementRow; clusterTitle: string | undefined; showUser: boolean };

function AgreementLine({ row, clusterTitle, showUser }: LineProps) {
  const t = useTranslations("agreements");
  const words = useBilingual();
  const mayRevoke = row.mayRevoke && (row.state === "ACTIVE" || row.state === "REQUESTED");
  return (
    <Tr>
      <Td>
        <span className="flex flex-wrap items-center gap-2">
          <Link href={`/market/${row.app}`} className="font-medium hover:underline">
            {words(row.appTitle)}
          </Link>
          <ClusterChip name={row.cluster} title={clusterTitle} />
        </span>
      </Td>
      {showUser ? <Td>{words(row.user.name)}</Td> : null}
      <Td>
        <StateChip kind="agreement" state={row.state} />
      </Td>
      <Td className="whitespace-nowrap">
        <Budget used={row.runsUsed} limit={row.runsLimit} />
      </Td>
      <Td>{row.expiresAt ? <DueTime at={row.expiresAt} /> : t("noEnd")}</Td>
      <Td className="max-w-[28ch]">
        <span className="line-clamp-2" title={row.purpose}>
          {row.purpose}
        </span>
      </Td>
      <Td>
        {mayRevoke ? (
          <RevokeButton id={row.id} user={words(row.user.name)} app={words(row.appTitle)} />
        ) : row.state === "REQUESTED" ? (
          <span className="text-dim">{t("waiting")}</span>
        ) : null}
      </Td>
    </Tr>
  );
}

function Budget({ used, limit }: { used: number; limit: number | null }) {
  const t = useTranslations("agreements");
  if (limit === null) return t("runsFree", { used });
  return (
    <span className="flex items-center gap-2">
      <Meter used={used} limit={limit} label={t("budgetLabel", { used, limit })} />
      {t("runs", { used, limit })}
    </span>
  );
}
