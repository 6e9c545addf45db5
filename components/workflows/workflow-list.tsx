"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useDeferredValue, useState } from "react";
import { callApi, codeOf } from "#components/api/call-api";
import { ClusterMark } from "#components/canvas/cluster-name";
import { Input } from "#components/form/input";
import { LookMark } from "#components/marks/state-mark";
import { RelativeTime } from "#components/marks/time";
import { useBilingual, useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { Page, PageHead } from "#components/ui/card";
import { Chip } from "#components/ui/chip";
import { EmptyState, Notice } from "#components/ui/empty-state";
import { Table, Td, Th, Tr } from "#components/ui/table";
import type { WorkflowPage, WorkflowRow } from "#server/protocol/run-rows";
import { ImportButton, NewWorkflowButton } from "./new-workflow";
import { Templates } from "./templates";

type Props = { first: WorkflowPage; q: string };

/** My workflows: drafts and published ones, and ways to begin another. */
export function WorkflowList({ first, q }: Props) {
  const t = useTranslations("workflows.list");
  const why = useReason();
  const [text, setText] = useState(q);
  const wanted = useDeferredValue(text.trim());
  const found = useInfiniteQuery({
    queryKey: ["workflows", wanted],
    queryFn: ({ pageParam, signal }) =>
      callApi<WorkflowPage>(`/api/v1/workflows?${query(wanted, pageParam)}`, { signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
    ...(wanted === q ? { initialData: { pages: [first], pageParams: [""] } } : {}),
  });
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page>
      <PageHead title={t("title")} sub={t("sub")}>
        <ImportButton />
        <NewWorkflowButton />
      </PageHead>
      <div className="relative mb-3 max-w-sm">
        <Search aria-hidden="true" className="absolute top-2 left-2.5 size-4 text-faint" />
        <Input
          type="search"
          aria-label={t("find")}
          placeholder={t("find")}
          className="pl-8"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      {found.isError ? <Notice tone="bad">{why(codeOf(found.error))}</Notice> : null}
      {items.length > 0 ? <Rows items={items} /> : <Nothing text={wanted} onShowAll={() => setText("")} />}
      {found.hasNextPage ? (
        <Button className="mt-3" busy={found.isFetchingNextPage} onClick={() => found.fetchNextPage()}>
          {t("more")}
        </Button>
      ) : null}
      {wanted === "" ? <Templates /> : null}
    </Page>
  );
}

const query = (q: string, cursor: string) =>
  new URLSearchParams({ ...(q ? { q } : {}), ...(cursor ? { cursor } : {}) });

function Nothing({ text, onShowAll }: { text: string; onShowAll: () => void }) {
  const t = useTranslations("workflows.list");
  if (text === "") {
    return (
      <EmptyState title={t("emptyTitle")} actions={<NewWorkflowButton />}>
        {t("emptyText")}
      </EmptyState>
    );
  }
  return (
    <EmptyState title={t("noneTitle", { text })} actions={<Button onClick={onShowAll}>{t("showAll")}</Button>}>
      {t("noneText")}
    </EmptyState>
  );
}

function Rows({ items }: { items: readonly WorkflowRow[] }) {
  const t = useTranslations("workflows.list");
  const say = useBilingual();
  return (
    <Table label={t("title")}>
      <thead>
        <tr>
          <Th>{t("name")}</Th>
          <Th>{t("state")}</Th>
          <Th className="text-right">{t("steps")}</Th>
          <Th>{t("clusters")}</Th>
          <Th>{t("updated")}</Th>
        </tr>
      </thead>
      <tbody>
        {items.map((row) => (
          <Tr key={row.id}>
            <Td className="min-w-52 font-medium">
              <Link href={`/workflows/${row.id}`} className="hover:text-accent hover:underline">
                {say(row.title) || t("untitledKo")}
              </Link>
            </Td>
            <Td>
              <Chip look={row.version === null ? "plain" : "ok"}>
                <LookMark look={row.version === null ? "wait" : "ok"} className="size-2.5" />
                {row.version === null ? t("draft") : t("published", { version: row.version })}
              </Chip>
            </Td>
            <Td className="text-right">{row.steps}</Td>
            <Td>
              <span className="flex flex-wrap gap-1">
                {row.clusters.map((cluster) => (
                  <ClusterMark key={cluster} name={cluster} />
                ))}
              </span>
            </Td>
            <Td className="text-dim">
              <RelativeTime at={row.updatedAt} />
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}
