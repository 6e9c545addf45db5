"use client";

import { Search } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useState, useTransition } from "react";
import { Input } from "#components/form/input";
import { Button } from "#components/ui/button";
import { Page } from "#components/ui/card";
import { EmptyState } from "#components/ui/empty-state";
import type { AppList } from "#server/protocol/portal-views";
import { AppCard } from "./app-card";
import { Facets } from "./facets";
import { filterCount, type MarketQuery, marketHref } from "./market-query";

type Props = {
  query: MarketQuery;
  list: AppList;
  /** Cluster names to their titles in the reader's language. */
  clusterTitles: Record<string, string>;
  mayRegister: boolean;
};

export function MarketList({ query, list, clusterTitles, mayRegister }: Props) {
  const t = useTranslations("market");
  const filters = filterCount(query);
  const facets = <Facets query={query} facets={list.facets} clusterTitles={clusterTitles} />;
  return (
    <Page className="grid grid-cols-1 gap-6 lg:grid-cols-[210px_minmax(0,1fr)]">
      <aside aria-label={t("filters")} className="max-lg:hidden">
        {facets}
      </aside>
      <div className="min-w-0">
        <div className="mb-4 flex flex-wrap items-center gap-3">
          <h1 className="text-xl">
            {query.q ? t("countFor", { q: query.q, count: list.total }) : t("count", { count: list.total })}
          </h1>
          <SearchField query={query} />
        </div>
        <details className="mb-4 rounded-lg border border-line bg-card px-4 py-2 lg:hidden">
          <summary className="text-sm font-medium">
            {filters > 0 ? t("filtersOn", { count: filters }) : t("filters")}
          </summary>
          <div className="pt-3 pb-1">{facets}</div>
        </details>
        {list.items.length === 0 ? (
          <Nothing isNarrowed={filters > 0 || query.q !== ""} mayRegister={mayRegister} />
        ) : (
          <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,270px),1fr))] gap-3.5">
            {list.items.map((app) => (
              <li key={`${app.cluster}/${app.name}`} className="grid min-w-0 grid-cols-1">
                <AppCard app={app} clusterTitle={clusterTitles[app.cluster]} />
              </li>
            ))}
          </ul>
        )}
        <Pages query={query} next={list.next} />
      </div>
    </Page>
  );
}

function SearchField({ query }: { query: MarketQuery }) {
  const t = useTranslations("market");
  const router = useRouter();
  const [text, setText] = useState(query.q);
  const [busy, start] = useTransition();
  const search = (event: FormEvent) => {
    event.preventDefault();
    start(() => router.push(marketHref(query, { q: text.trim() })));
  };
  return (
    <search className="ml-auto flex w-full gap-2 sm:w-auto">
      <form onSubmit={search} className="flex w-full gap-2" action="/market">
        <Input
          name="q"
          type="search"
          aria-label={t("search")}
          placeholder={t("searchHint")}
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="sm:w-64"
        />
        <Button type="submit" busy={busy}>
          <Search aria-hidden="true" />
          {t("searchButton")}
        </Button>
      </form>
    </search>
  );
}

function Nothing({ isNarrowed, mayRegister }: { isNarrowed: boolean; mayRegister: boolean }) {
  const t = useTranslations("market");
  if (isNarrowed) {
    return (
      <EmptyState
        title={t("noMatch")}
        actions={
          <Button asChild look="go">
            <Link href="/market">{t("showAll")}</Link>
          </Button>
        }
      >
        {t("noMatchText")}
      </EmptyState>
    );
  }
  const register = (
    <Button asChild look="go">
      <Link href="/apps">{t("register")}</Link>
    </Button>
  );
  return (
    <EmptyState title={t("noApps")} {...(mayRegister ? { actions: register } : {})}>
      {t("noAppsText")}
    </EmptyState>
  );
}

function Pages({ query, next }: { query: MarketQuery; next: string | null }) {
  const t = useTranslations("market");
  if (!next && !query.cursor) return null;
  return (
    <nav aria-label={t("pages")} className="mt-5 flex justify-center gap-2">
      {query.cursor ? (
        <Button asChild>
          <Link href={marketHref(query)}>{t("first")}</Link>
        </Button>
      ) : null}
      {next ? (
        <Button asChild>
          <Link href={marketHref(query, { cursor: next })}>{t("next")}</Link>
        </Button>
      ) : null}
    </nav>
  );
}
