"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { ClusterMark } from "#components/canvas/cluster-name";
import { Progress } from "#components/marks/meter";
import { StateChip } from "#components/marks/state-mark";
import { Duration, RelativeTime } from "#components/marks/time";
import { useBilingual } from "#components/marks/words";
import { Table, Td, Th, Tr } from "#components/ui/table";
import type { RunRow } from "#server/protocol/run-rows";

export function RunRows({ items }: { items: readonly RunRow[] }) {
  const t = useTranslations("runs.list");
  return (
    <Table label={t("title")}>
      <thead>
        <tr>
          <Th>{t("state")}</Th>
          <Th>{t("name")}</Th>
          <Th>{t("home")}</Th>
          <Th>{t("clusters")}</Th>
          <Th>{t("progress")}</Th>
          <Th>{t("started")}</Th>
          <Th className="text-right">{t("duration")}</Th>
        </tr>
      </thead>
      <tbody>
        {items.map((row) => (
          <Row key={row.id} row={row} />
        ))}
      </tbody>
    </Table>
  );
}

function Row({ row }: { row: RunRow }) {
  const t = useTranslations("runs.list");
  const say = useBilingual();
  const steps = t("stepsDone", { done: row.stepsDone, total: row.stepsTotal });
  return (
    <Tr>
      <Td>
        <StateChip kind="run" state={row.state} />
      </Td>
      <Td className="min-w-52 font-medium">
        <Link href={`/runs/${row.id}`} className="hover:text-accent hover:underline">
          {say(row.title)} <span className="font-normal text-faint">#{row.number}</span>
        </Link>
      </Td>
      <Td>
        <ClusterMark name={row.home} />
      </Td>
      <Td>
        <span className="flex flex-wrap gap-1">
          {row.clusters.map((cluster) => (
            <ClusterMark key={cluster} name={cluster} />
          ))}
        </span>
      </Td>
      <Td>
        <span className="flex min-w-32 items-center gap-2">
          <Progress value={row.stepsTotal > 0 ? row.stepsDone / row.stepsTotal : 0} label={steps} className="w-20" />
          <span className="text-xs text-dim">
            {row.stepsDone}/{row.stepsTotal}
          </span>
        </span>
      </Td>
      <Td className="text-dim">
        <RelativeTime at={row.startedAt ?? row.createdAt} />
      </Td>
      <Td className="text-right">{row.startedAt ? <Duration from={row.startedAt} to={row.endedAt} /> : "–"}</Td>
    </Tr>
  );
}
