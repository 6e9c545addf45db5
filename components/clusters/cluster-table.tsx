"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { ClusterChip } from "#components/marks/cluster-chip";
import { Meter } from "#components/marks/meter";
import { StateChip } from "#components/marks/state-mark";
import { RelativeTime } from "#components/marks/time";
import { useBilingual } from "#components/marks/words";
import { Table, Td, Th, Tr } from "#components/ui/table";
import type { ClusterRow } from "#server/protocol/portal-views";
import { ReachedShortly } from "./reached-through";
import { SkewMark } from "./skew-mark";

export function ClusterTable({ rows }: { rows: ClusterRow[] }) {
  const t = useTranslations("clusters");
  return (
    <Table label={t("title")}>
      <thead>
        <tr>
          <Th>{t("column.cluster")}</Th>
          <Th>{t("column.state")}</Th>
          <Th>{t("column.heartbeat")}</Th>
          <Th>{t("column.skew")}</Th>
          <Th>{t("column.slots")}</Th>
          <Th className="text-right">{t("column.queued")}</Th>
          <Th className="text-right">{t("column.hosted")}</Th>
          <Th className="text-right">{t("column.apps")}</Th>
          <Th>{t("column.version")}</Th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <ClusterLine key={row.name} row={row} />
        ))}
      </tbody>
    </Table>
  );
}

function ClusterLine({ row }: { row: ClusterRow }) {
  const t = useTranslations("clusters");
  const words = useBilingual();
  const { slots: total, slotsUsed: used } = row;
  return (
    <Tr>
      <Td>
        <span className="flex items-center gap-2">
          <Link href={`/clusters/${row.name}`} className="hover:underline">
            <ClusterChip name={row.name} title={words(row.title)} />
          </Link>
          <span className="font-mono text-xs text-faint">{row.name}</span>
        </span>
        <ReachedShortly gateway={row.gateway} />
      </Td>
      <Td>
        <StateChip kind="cluster" state={row.state} />
        {row.suspendedReason ? <Why reason={row.suspendedReason} /> : null}
        {row.isSettling ? <span className="block text-warn text-xs">{t("settling")}</span> : null}
      </Td>
      <Td>
        {row.lastHeartbeatAt ? (
          <RelativeTime at={row.lastHeartbeatAt} />
        ) : (
          <span className="text-faint">{t("noHeartbeat")}</span>
        )}
      </Td>
      <Td>
        <SkewMark seconds={row.skewSeconds} />
      </Td>
      <Td>
        {total > 0 ? (
          <span className="flex items-center gap-2 whitespace-nowrap">
            <Meter used={used} limit={total} label={t("slotsLabel", { used, total })} className="w-14" />
            {t("usedOf", { used, total })}
          </span>
        ) : (
          "–"
        )}
      </Td>
      <Td className="text-right">{row.queued}</Td>
      <Td className="text-right">{row.hosted}</Td>
      <Td className="text-right">{row.apps}</Td>
      <Td className="whitespace-nowrap">
        {row.version ?? "–"}
        {row.runtime ? <span className="text-faint"> · {t(`runtime.${row.runtime}`)}</span> : null}
      </Td>
    </Tr>
  );
}

/** Why it is suspended, and who can change that. */
function Why({ reason }: { reason: string }) {
  return <p className="mt-0.5 max-w-[36ch] text-xs text-dim">{useSuspendedWord()(reason)}</p>;
}

const KNOWN = ["operator", "hub", "other_uid", "left"] as const;

/** The reason of a suspension in words; one that is not known yet is named. */
export function useSuspendedWord(): (reason: string) => string {
  const t = useTranslations("clusters.suspended");
  return (reason) => {
    const known = KNOWN.find((one) => one === reason);
    return known ? t(known) : t("unknown", { reason });
  };
}
