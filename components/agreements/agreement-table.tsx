"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { OwnersDoor, ownersDoor } from "#components/clusters/owners-door";
import { ClusterChip } from "#components/marks/cluster-chip";
import { StateChip } from "#components/marks/state-mark";
import { DueTime } from "#components/marks/time";
import { useBilingual, useReason } from "#components/marks/words";
import { Table, Td, Th } from "#components/ui/table";
import type { AgreementRow } from "#server/protocol/portal-views";
import { AgreementActions } from "./agreement-actions";
import { BudgetBars } from "./budget-bars";

/** What the page knows of each cluster, by name. */
export type Hosts = Record<string, { title: string; gateway: string | null }>;

type Props = { label: string; rows: AgreementRow[]; hosts: Hosts; showUser?: boolean };

/** Agreements in rows; on narrow screens each row stands as a card. */
export function AgreementTable({ label, rows, hosts, showUser = false }: Props) {
  const t = useTranslations("agreements");
  return (
    <Table label={label}>
      <thead className="max-md:sr-only">
        <tr>
          <Th>{t("column.app")}</Th>
          {showUser ? <Th>{t("column.user")}</Th> : null}
          <Th>{t("column.state")}</Th>
          <Th>{t("column.budget")}</Th>
          <Th>{t("column.until")}</Th>
          <Th>{t("column.what")}</Th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <AgreementLine key={row.id} row={row} host={hosts[row.cluster]} showUser={showUser} />
        ))}
      </tbody>
    </Table>
  );
}

type LineProps = { row: AgreementRow; host: Hosts[string] | undefined; showUser: boolean };

const CELL = "h-auto py-2.5 align-top max-md:border-b-0 max-md:py-0";

function AgreementLine({ row, host, showUser }: LineProps) {
  const t = useTranslations("agreements");
  const words = useBilingual();
  const clusterTitle = host?.title ?? row.cluster;
  return (
    <tr className="border-line last:[&>td]:border-b-0 hover:bg-soft/50 max-md:grid max-md:gap-2 max-md:border-b max-md:py-3 max-md:last:border-b-0">
      <Td className={CELL}>
        <span className="flex flex-wrap items-center gap-2">
          <Link href={`/market/${row.app}`} className="font-medium hover:underline">
            {words(row.appTitle)}
          </Link>
          <ClusterChip name={row.cluster} title={clusterTitle} />
        </span>
        <p className="mt-0.5 line-clamp-3 max-w-[44ch] text-xs text-dim" title={row.purpose}>
          {row.purpose}
        </p>
      </Td>
      {showUser ? (
        <Td className={CELL}>
          <span className="mr-2 text-xs text-dim md:hidden">{t("user")}</span>
          {words(row.user.name)}
        </Td>
      ) : null}
      <Td className={CELL}>
        <StateChip kind="agreement" state={row.state} />
        <Standing row={row} />
      </Td>
      <Td className={CELL}>
        <BudgetBars row={row} />
        <UseTerms row={row} />
      </Td>
      <Td className={CELL}>
        <span className="mr-2 text-xs text-dim md:hidden">{t("until")}</span>
        {row.expiresAt ? <DueTime at={row.expiresAt} /> : t("noEnd")}
      </Td>
      <Td className={CELL}>
        <AgreementActions row={row} clusterTitle={clusterTitle} />
        <WhoDecides row={row} gateway={host?.gateway ?? null} clusterTitle={clusterTitle} />
      </Td>
    </tr>
  );
}

/** What the owner lets parameters be, and whether a network is allowed; nothing where there is no such term. */
function UseTerms({ row }: { row: Pick<AgreementRow, "parameterLimits" | "egress"> }) {
  const t = useTranslations("agreements");
  const hasLimits = row.parameterLimits.length > 0;
  if (!hasLimits && row.egress === "any") return null;
  return (
    <dl className="mt-1 grid gap-0.5 text-xs">
      {hasLimits ? (
        <div className="flex flex-wrap gap-x-2">
          <dt className="text-dim">{t("parameterLimits")}</dt>
          {row.parameterLimits.map((limit) => (
            <dd key={limit} className="font-mono break-all">
              {limit}
            </dd>
          ))}
        </div>
      ) : null}
      {row.egress === "none" ? <dd className="text-dim">{t("noEgress")}</dd> : null}
    </dl>
  );
}

/** A code of the house is put into words; what an owner wrote stands as it was written. */
const isCode = (text: string) => /^[a-z_]+(\.[a-z_]+)+$/.test(text);

/** What its state means just now. */
function Standing({ row }: { row: AgreementRow }) {
  const t = useTranslations("agreements");
  const reason = useReason();
  if (row.state === "REVOKING") {
    return (
      <p role="status" className="mt-1 max-w-[26ch] text-xs text-dim">
        {row.live > 0 ? t("ending", { live: row.live }) : t("endingNone")}
      </p>
    );
  }
  if (row.refusal) {
    return (
      <p className="mt-1 max-w-[26ch] text-xs text-dim">
        {t("refusal")}: {isCode(row.refusal) ? reason(row.refusal) : row.refusal}
      </p>
    );
  }
  return row.live > 0 ? <p className="mt-1 text-xs text-dim">{t("live", { live: row.live })}</p> : null;
}

type WhoProps = { row: AgreementRow; gateway: string | null; clusterTitle: string };

/** Who can do what the reader cannot do here. */
function WhoDecides({ row, gateway, clusterTitle }: WhoProps) {
  const t = useTranslations("agreements");
  const said = "mt-1 max-w-[34ch] text-xs text-dim";
  if (row.state === "SUSPENDED" && !row.mayResume) {
    return <p className={said}>{t(row.mine ? "suspendedMine" : "heldElsewhere")}</p>;
  }
  if (row.state !== "REQUESTED") return null;
  if (row.mine) return <p className={said}>{t("waitingMine")}</p>;
  const door = ownersDoor(gateway, `/agreements/${row.id}`);
  return (
    <div className={said}>
      {door ? <OwnersDoor href={door}>{t("decide", { cluster: clusterTitle })}</OwnersDoor> : <p>{t("noDoor")}</p>}
      <p>{t("decideWhy")}</p>
    </div>
  );
}
