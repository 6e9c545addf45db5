"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { callApi, codeOf } from "#components/api/call-api";
import { useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { Page, PageHead } from "#components/ui/card";
import { EmptyState, Notice } from "#components/ui/empty-state";
import type { RunPage, RunRow } from "#server/protocol/run-rows";
import { type Filter, FilterBar } from "./run-filter";
import { RunRows } from "./run-rows";

const LIVE_MS = 3000;

/** Runs, newest first; while one of them moves, the list follows. */
export function RunList({ first, state }: { first: RunPage; state: Filter }) {
  const t = useTranslations("runs.list");
  const why = useReason();
  const [filter, setFilter] = useState<Filter>(state);
  const found = useInfiniteQuery({
    queryKey: ["runs", filter],
    queryFn: ({ pageParam, signal }) => callApi<RunPage>(`/api/v1/runs?${query(filter, pageParam)}`, { signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
    refetchInterval: (asked) => (asked.state.data?.pages.some((page) => page.items.some(isMoving)) ? LIVE_MS : false),
    ...(filter === state ? { initialData: { pages: [first], pageParams: [""] } } : {}),
  });
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  const choose = (next: Filter) => {
    setFilter(next);
    window.history.replaceState(null, "", next ? `?state=${next}` : window.location.pathname);
  };
  return (
    <Page>
      <PageHead title={t("title")} sub={t("sub")} />
      <FilterBar filter={filter} onChange={choose} />
      {found.isError ? <Notice tone="bad">{why(codeOf(found.error))}</Notice> : null}
      {items.length > 0 ? <RunRows items={items} /> : <Nothing filter={filter} onShowAll={() => choose("")} />}
      {found.hasNextPage ? (
        <Button className="mt-3" busy={found.isFetchingNextPage} onClick={() => found.fetchNextPage()}>
          {t("more")}
        </Button>
      ) : null}
    </Page>
  );
}

const isMoving = (row: RunRow) => row.state === "QUEUED" || row.state === "RUNNING";

const query = (state: string, cursor: string) =>
  new URLSearchParams({ ...(state ? { state } : {}), ...(cursor ? { cursor } : {}) });

function Nothing({ filter, onShowAll }: { filter: Filter; onShowAll: () => void }) {
  const t = useTranslations("runs.list");
  if (filter !== "")
    return <EmptyState title={t("noneTitle")} actions={<Button onClick={onShowAll}>{t("showAll")}</Button>} />;
  const start = (
    <>
      <Button asChild look="go">
        <Link href="/workflows">{t("toWorkflows")}</Link>
      </Button>
      <Button asChild>
        <Link href="/market">{t("toMarket")}</Link>
      </Button>
    </>
  );
  return (
    <EmptyState title={t("emptyTitle")} actions={start}>
      {t("emptyText")}
    </EmptyState>
  );
}
