"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { callApi, codeOf } from "#components/api/call-api";
import { ClusterChip } from "#components/marks/cluster-chip";
import { StateChip } from "#components/marks/state-mark";
import { useBilingual, useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { Page, PageHead } from "#components/ui/card";
import { EmptyState } from "#components/ui/empty-state";
import { SkeletonRows } from "#components/ui/skeleton";
import { Table, Td, Th, Tr } from "#components/ui/table";
import { parseAppRef } from "#server/graph/workflow";
import type { MyApp } from "#server/protocol/portal-views";
import { PublishButton } from "./publish-button";
import { type HomeCluster, RegisterApp } from "./register-app";

/** A provider's own apps; `clusters` are those where they may register. */
export function MyApps({ clusters }: { clusters: HomeCluster[] }) {
  const t = useTranslations("apps");
  const [open, setOpen] = useState(false);
  if (clusters.length === 0) {
    return (
      <Page>
        <PageHead title={t("title")} />
        <EmptyState title={t("notProvider")}>{t("notProviderText")}</EmptyState>
      </Page>
    );
  }
  return (
    <Page>
      <PageHead title={t("title")} sub={t("sub")}>
        <Button look="go" onClick={() => setOpen(true)}>
          {t("register")}
        </Button>
      </PageHead>
      <AppTable clusters={clusters} onRegister={() => setOpen(true)} />
      <RegisterApp clusters={clusters} open={open} onOpenChange={setOpen} />
    </Page>
  );
}

const LOOK_AGAIN_MS = 15_000;

function AppTable({ clusters, onRegister }: { clusters: HomeCluster[]; onRegister: () => void }) {
  const t = useTranslations("apps");
  const ui = useTranslations("ui");
  const reason = useReason();
  const list = useQuery({
    queryKey: ["my-apps"],
    queryFn: ({ signal }) => callApi<{ items: MyApp[] }>("/api/v1/my/apps", { signal }),
    refetchInterval: LOOK_AGAIN_MS,
  });
  if (list.isPending) return <SkeletonRows label={ui("loading")} />;
  if (list.isError) {
    const again = <Button onClick={() => list.refetch()}>{ui("tryAgain")}</Button>;
    return <EmptyState tone="bad" title={reason(codeOf(list.error))} actions={again} />;
  }
  if (list.data.items.length === 0) {
    const register = (
      <Button look="go" onClick={onRegister}>
        {t("register")}
      </Button>
    );
    return (
      <EmptyState title={t("none")} actions={register}>
        {t("noneText")}
      </EmptyState>
    );
  }
  const titles = new Map(clusters.map(({ name, title }) => [name, title]));
  return (
    <Table label={t("title")}>
      <thead>
        <tr>
          <Th>{t("column.app")}</Th>
          <Th>{t("column.version")}</Th>
          <Th>{t("column.state")}</Th>
          <Th>{t("column.digest")}</Th>
          <Th>{t("column.what")}</Th>
        </tr>
      </thead>
      <tbody>
        {list.data.items.map((row) => (
          <AppRow key={row.app} row={row} titles={titles} />
        ))}
      </tbody>
    </Table>
  );
}

function AppRow({ row, titles }: { row: MyApp; titles: ReadonlyMap<string, string> }) {
  const t = useTranslations("apps");
  const words = useBilingual();
  const { cluster, name, version } = parseAppRef(row.app);
  return (
    <Tr>
      <Td>
        <span className="flex flex-wrap items-center gap-2">
          <span className="font-medium">{words(row.title)}</span>
          <span className="font-mono text-xs text-faint">{name}</span>
          <ClusterChip name={cluster} title={titles.get(cluster)} />
        </span>
      </Td>
      <Td className="font-mono">{version}</Td>
      <Td>
        <StateChip kind="app" state={row.state} />
      </Td>
      <Td className="font-mono text-xs text-dim">
        <span title={row.digest}>{row.digest.slice(0, 15)}…</span>
      </Td>
      <Td>
        {row.state === "READY" ? <PublishButton app={row.app} /> : null}
        {row.state === "PUBLISHED" ? (
          <Link href={`/market/${cluster}/${name}`} className="text-accent hover:underline">
            {t("see")}
          </Link>
        ) : null}
      </Td>
    </Tr>
  );
}
