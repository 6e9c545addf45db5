"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { callApi, codeOf } from "#components/api/call-api";
import { useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { Page, PageHead, Section } from "#components/ui/card";
import { EmptyState, Notice } from "#components/ui/empty-state";
import type { AgreementRow } from "#server/protocol/portal-views";
import { AgreementFilter, type Filter, readFilter } from "./agreement-filter";
import { AgreementTable, type Hosts } from "./agreement-table";

const WATCH_MS = 1_000;
const LOOK_AGAIN_MS = 4_000;

type Props = { rows: AgreementRow[]; isOperator: boolean; hosts: Hosts; state?: string | undefined };

/** One's own agreements and, for operators, those of their clusters; watched closely while one is being revoked. */
export function AgreementList({ rows, isOperator, hosts, state }: Props) {
  const t = useTranslations("agreements");
  const [filter, setFilter] = useState<Filter>(readFilter(state));
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ["agreements"],
    queryFn: ({ signal }) => callApi<{ items: AgreementRow[] }>("/api/v1/agreements", { signal }),
    initialData: { items: rows },
    refetchInterval: (asked) =>
      asked.state.data?.items.some((row) => row.state === "REVOKING") ? WATCH_MS : LOOK_AGAIN_MS,
  });
  const choose = (next: Filter) => {
    setFilter(next);
    window.history.replaceState(null, "", next ? `?state=${next}` : window.location.pathname);
  };
  const [mine, others] = [data.items.filter((row) => row.mine), data.items.filter((row) => !row.mine)];
  const table = { hosts, filter, onShowAll: () => choose("") };
  return (
    <Page>
      <PageHead title={t("title")} sub={t("sub")} />
      <AgreementFilter rows={data.items} filter={filter} onChange={choose} />
      {error ? <Stale error={error} busy={isFetching} onRetry={() => void refetch()} /> : null}
      <div className="grid grid-cols-1 gap-7">
        <Section title={t("mine")}>
          {mine.length === 0 ? <None /> : <Shown label={t("mine")} rows={mine} {...table} />}
        </Section>
        {isOperator ? (
          <Section title={t("others")}>
            {others.length === 0 ? (
              <p className="text-dim">{t("noneOthers")}</p>
            ) : (
              <Shown label={t("others")} rows={others} {...table} showUser />
            )}
          </Section>
        ) : null}
      </div>
    </Page>
  );
}

type ShownProps = {
  label: string;
  rows: AgreementRow[];
  hosts: Hosts;
  filter: Filter;
  onShowAll: () => void;
  showUser?: boolean;
};

function Shown({ rows, filter, onShowAll, ...table }: ShownProps) {
  const t = useTranslations("agreements");
  const found = rows.filter((row) => filter === "" || row.state === filter);
  if (found.length > 0) return <AgreementTable rows={found} {...table} />;
  return (
    <p className="flex flex-wrap items-center gap-2 text-dim">
      {t("noneInState")}
      <Button size="sm" onClick={onShowAll}>
        {t("showAll")}
      </Button>
    </p>
  );
}

/** What was read before stays in sight, and says that it is old. */
function Stale({ error, busy, onRetry }: { error: Error; busy: boolean; onRetry: () => void }) {
  const t = useTranslations("agreements");
  const ui = useTranslations("ui");
  const reason = useReason();
  return (
    <Notice tone="bad" className="mb-4 flex flex-wrap items-center justify-between gap-2">
      <span>
        {reason(codeOf(error))} {t("stale")}
      </span>
      <Button size="sm" busy={busy} onClick={onRetry}>
        {ui("tryAgain")}
      </Button>
    </Notice>
  );
}

function None() {
  const t = useTranslations("agreements");
  const market = (
    <Button asChild look="go">
      <Link href="/market">{t("toMarket")}</Link>
    </Button>
  );
  return (
    <EmptyState title={t("none")} actions={market}>
      {t("noneText")}
    </EmptyState>
  );
}
