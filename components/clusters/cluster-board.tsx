"use client";

import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { callApi } from "#components/api/call-api";
import { useBilingual } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { Card, Page, PageHead } from "#components/ui/card";
import { EmptyState } from "#components/ui/empty-state";
import type { ClusterRow } from "#server/protocol/portal-views";
import { ApproveCard } from "./approve-card";
import { ClusterTable } from "./cluster-table";
import { InviteCluster } from "./invite-cluster";

const LOOK_AGAIN_MS = 10_000;

type Props = { rows: ClusterRow[]; isHubOperator: boolean; operated: string[] };

/** Health and load of every cluster, and the way in for new ones. */
export function ClusterBoard({ rows, isHubOperator, operated }: Props) {
  const t = useTranslations("clusters");
  const [inviting, setInviting] = useState(false);
  const { data } = useQuery({
    queryKey: ["clusters"],
    queryFn: ({ signal }) => callApi<{ items: ClusterRow[] }>("/api/v1/clusters", { signal }),
    initialData: { items: rows },
    refetchInterval: LOOK_AGAIN_MS,
  });
  const pending = data.items.filter((row) => row.state === "PENDING" && row.fingerprintHead !== null);
  const invite = (
    <Button look="go" onClick={() => setInviting(true)}>
      {t("invite")}
    </Button>
  );
  return (
    <Page>
      <PageHead title={t("title")} sub={<Summary rows={data.items} />}>
        {isHubOperator ? invite : null}
      </PageHead>
      {data.items.length === 0 ? (
        <EmptyState title={t("none")} {...(isHubOperator ? { actions: invite } : {})}>
          {isHubOperator ? t("noneText") : t("noneMember")}
        </EmptyState>
      ) : (
        <>
          <Figures rows={data.items} />
          <div
            className={
              pending.length > 0 ? "grid grid-cols-1 items-start gap-4 xl:grid-cols-[minmax(0,1fr)_320px]" : ""
            }
          >
            <ClusterTable rows={data.items} />
            <div className="grid grid-cols-1 gap-4">
              {pending.map((row) => (
                <ApproveCard
                  key={row.name}
                  row={row}
                  isHubOperator={isHubOperator}
                  isOperator={operated.includes(row.name) || isHubOperator}
                />
              ))}
            </div>
          </div>
        </>
      )}
      {isHubOperator ? <InviteCluster open={inviting} onOpenChange={setInviting} /> : null}
    </Page>
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
