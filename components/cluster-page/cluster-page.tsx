"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { callApi, codeOf } from "#components/api/call-api";
import { InviteCluster } from "#components/cluster-invite/invite-cluster";
import { ApproveCard } from "#components/clusters/approve-card";
import { useSuspendedWord } from "#components/clusters/cluster-table";
import { OwnersDoor, ownersDoor } from "#components/clusters/owners-door";
import { isTooFar, SkewMark } from "#components/clusters/skew-mark";
import { ClusterChip } from "#components/marks/cluster-chip";
import { StateChip } from "#components/marks/state-mark";
import { DueTime } from "#components/marks/time";
import { useBilingual, useReason } from "#components/marks/words";
import { Page, PageHead, Section } from "#components/ui/card";
import { Notice } from "#components/ui/empty-state";
import type { AgreementRow, AppList, ClusterRow, KeyChangeView } from "#server/protocol/portal-views";
import { ClusterActions } from "./cluster-actions";
import { ClusterAgreements } from "./cluster-agreements";
import { ClusterApps, ClusterPeers } from "./cluster-lists";
import { Health } from "./health";

const LOOK_AGAIN_MS = 5_000;

type Props = {
  name: string;
  clusters: ClusterRow[];
  agreements: AgreementRow[];
  apps: Pick<AppList, "items" | "total">;
  isOperator: boolean;
  isHubOperator: boolean;
};

/** One cluster: how it is, what it offers, who may use it, and what can be done about it. */
export function ClusterPage({ name, clusters, agreements, apps, isOperator, isHubOperator }: Props) {
  const t = useTranslations("clusters");
  const words = useBilingual();
  const seen = useLive("clusters", clusters);
  const here = useLive("agreements", agreements).rows.filter((one) => one.cluster === name);
  const row = seen.rows.find((one) => one.name === name);
  const [isInviting, setInviting] = useState(false);
  if (!row) return null;
  return (
    <Page>
      <nav className="mb-1 text-sm">
        <Link href="/clusters" className="text-dim hover:underline">
          ← {t("page.back")}
        </Link>
      </nav>
      <PageHead title={words(row.title)} sub={<Names row={row} />}>
        <ClusterActions row={row} agreements={here} isHubOperator={isHubOperator} />
      </PageHead>
      <Troubles row={row} error={seen.error} />
      <div className="grid grid-cols-1 gap-7">
        {row.state === "INVITED" || row.state === "PENDING" ? (
          <ApproveCard
            row={row}
            isHubOperator={isHubOperator}
            isOperator={isOperator || isHubOperator}
            onInvite={() => setInviting(true)}
          />
        ) : null}
        <Section title={t("page.health")}>
          <Health row={row} />
          <OwnersPage gateway={row.gateway} />
        </Section>
        <ClusterAgreements rows={here} />
        <ClusterApps name={name} apps={apps} />
        <ClusterPeers rows={seen.rows.filter((one) => one.name !== name && one.gateway !== null)} />
      </div>
      {isInviting ? (
        <InviteCluster open onOpenChange={setInviting} again={{ name, title: row.title, replace: false }} />
      ) : null}
    </Page>
  );
}

/** A list of the API, kept fresh from what the page was rendered with. */
function useLive<Row>(list: "clusters" | "agreements", rows: Row[]): { rows: Row[]; error: Error | null } {
  const { data, error } = useQuery({
    queryKey: [list],
    queryFn: ({ signal }) => callApi<{ items: Row[] }>(`/api/v1/${list}`, { signal }),
    initialData: { items: rows },
    refetchInterval: LOOK_AGAIN_MS,
  });
  return { rows: data.items, error };
}

function Names({ row }: { row: ClusterRow }) {
  const words = useBilingual();
  return (
    <span className="flex flex-wrap items-center gap-2">
      <ClusterChip name={row.name} title={words(row.title)} />
      <span className="font-mono text-xs text-faint">{row.name}</span>
      <StateChip kind="cluster" state={row.state} />
    </span>
  );
}

/** What keeps it from working, and who can change that. */
function Troubles({ row, error }: { row: ClusterRow; error: Error | null }) {
  const t = useTranslations("clusters");
  const why = useSuspendedWord();
  const reason = useReason();
  const said = row.suspendedReason ? why(row.suspendedReason) : undefined;
  return (
    <div className="grid gap-2 empty:hidden [&:not(:empty)]:mb-5">
      {error ? (
        <Notice tone="bad">
          {reason(codeOf(error))} {t("stale")}
        </Notice>
      ) : null}
      {said ? <Notice tone="warn">{said}</Notice> : null}
      {row.isSettling ? <Notice tone="warn">{t("settling")}</Notice> : null}
      {row.keyChange ? <NextKey change={row.keyChange} /> : null}
      {isTooFar(row.skewSeconds) ? (
        <Notice tone="warn">
          {t("column.skew")}: <SkewMark seconds={row.skewSeconds} /> · {t("skewTooFar")}
        </Notice>
      ) : null}
    </div>
  );
}

/** Whoever operates the cluster says by voice whether this fingerprint is theirs. */
function NextKey({ change }: { change: KeyChangeView }) {
  const t = useTranslations("clusters.page");
  const { fingerprint, effectiveAt, isForbidden } = change;
  return (
    <Notice tone={isForbidden ? "bad" : "warn"}>
      {t(isForbidden ? "keyForbidden" : "keyAnnounced")} <code>{fingerprint}</code>{" "}
      {isForbidden ? null : <DueTime at={effectiveAt} />}
    </Notice>
  );
}

function OwnersPage({ gateway }: { gateway: string | null }) {
  const t = useTranslations("clusters.page");
  const door = ownersDoor(gateway);
  return (
    <div className="mt-3 max-w-[72ch] text-sm">
      {door ? (
        <OwnersDoor href={door}>{t("ownersPage")}</OwnersDoor>
      ) : (
        <p className="text-dim">{t(gateway === null ? "noGateway" : "noDoor")}</p>
      )}
      <p className="mt-0.5 text-xs text-dim">{t("ownersPageWhy")}</p>
    </div>
  );
}
