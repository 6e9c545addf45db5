"use client";

import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { callApi, codeOf } from "#components/api/call-api";
import { type Again, InviteCluster } from "#components/cluster-invite/invite-cluster";
import { useBilingual, useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { Card, Page, PageHead } from "#components/ui/card";
import { EmptyState, Notice } from "#components/ui/empty-state";
import type { ClusterRow } from "#server/protocol/portal-views";
import { ApproveCard } from "./approve-card";
import { ClusterTable } from "./cluster-table";

const WATCH_MS = 3_000;
const LOOK_AGAIN_MS = 10_000;

const isJoining = ({ state }: ClusterRow) => state === "INVITED" || state === "PENDING";

type Props = { rows: ClusterRow[]; isHubOperator: boolean; operated: string[] };

/** Health and load of every cluster, and the way in for new ones; watched closely while one is joining. */
export function ClusterBoard({ rows, isHubOperator, operated }: Props) {
  const t = useTranslations("clusters");
  const [inviting, setInviting] = useState<{ again?: Again }>();
  const { data, error } = useQuery({
    queryKey: ["clusters"],
    queryFn: ({ signal }) => callApi<{ items: ClusterRow[] }>("/api/v1/clusters", { signal }),
    initialData: { items: rows },
    refetchInterval: (asked) => (asked.state.data?.items.some(isJoining) ? WATCH_MS : LOOK_AGAIN_MS),
  });
  const joining = data.items.filter(isJoining);
  const invite = (
    <Button look="go" onClick={() => setInviting({})}>
      {t("invite")}
    </Button>
  );
  return (
    <Page>
      <PageHead title={t("title")} sub={<Summary rows={data.items} />}>
        {isHubOperator ? invite : null}
      </PageHead>
      {error ? <Stale error={error} /> : null}
      {data.items.length === 0 ? (
        <EmptyState title={t("none")} {...(isHubOperator ? { actions: invite } : {})}>
          {isHubOperator ? t("noneText") : t("noneMember")}
        </EmptyState>
      ) : (
        <>
          <Figures rows={data.items} />
          <div className={joining.length > 0 ? WITH_ASIDE : ""}>
            <ClusterTable rows={data.items} />
            <div className="grid grid-cols-1 gap-4">
              {joining.map((row) => (
                <ApproveCard
                  key={row.name}
                  row={row}
                  isHubOperator={isHubOperator}
                  isOperator={operated.includes(row.name) || isHubOperator}
                  onInvite={() => setInviting({ again: { name: row.name, title: row.title, replace: false } })}
                />
              ))}
            </div>
          </div>
        </>
      )}
      {inviting ? (
        <InviteCluster open onOpenChange={(open) => open || setInviting(undefined)} again={inviting.again} />
      ) : null}
    </Page>
  );
}

const WITH_ASIDE = "grid grid-cols-1 items-start gap-4 xl:grid-cols-[minmax(0,1fr)_320px]";

/** What was read before stays in sight, and says that it is old. */
function Stale({ error }: { error: Error }) {
  const t = useTranslations("clusters");
  const reason = useReason();
  return (
    <Notice tone="bad" className="mb-4">
      {reason(codeOf(error))} {t("stale")}
    </Notice>
  );
}

function Summary({ rows }: { rows: ClusterRow[] }) {
  const t = useTranslations("clusters");
  const words = useBilingual();
  const format = useFormatter();
  if (rows.length === 0) return null;
  const healthy = rows.filter((row) => row.state === "ACTIVE").length;
  const away = rows.filter((row) => row.state === "UNREACHABLE").map((row) => words(row.title));
  return (
    <>
      {t("summary", { total: rows.length, healthy })}
      {away.length > 0 ? ` ${t("someAway", { names: format.list(away) })}` : ""}
    </>
  );
}

const sum = (rows: ClusterRow[], figure: "slots" | "slotsUsed" | "queued" | "hosted" | "apps") =>
  rows.reduce((total, row) => total + row[figure], 0);

function Figures({ rows }: { rows: ClusterRow[] }) {
  const t = useTranslations("clusters");
  const figures = [
    { name: t("slots"), value: t("usedOf", { used: sum(rows, "slotsUsed"), total: sum(rows, "slots") }) },
    { name: t("queued"), value: sum(rows, "queued") },
    { name: t("hosted"), value: sum(rows, "hosted") },
    { name: t("apps"), value: sum(rows, "apps") },
  ];
  return (
    <dl className="mb-4 grid grid-cols-2 gap-3 lg:grid-cols-4">
      {figures.map(({ name, value }) => (
        <Card key={name} className="flex flex-col-reverse px-4 py-3">
          <dd className="numbers text-[23px] leading-tight font-semibold tracking-tight">{value}</dd>
          <dt className="text-xs text-dim">{name}</dt>
        </Card>
      ))}
    </dl>
  );
}
