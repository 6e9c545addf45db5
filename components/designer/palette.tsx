"use client";

import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useTranslations } from "next-intl";
import { type RefObject, useDeferredValue, useState } from "react";
import { callApi, codeOf } from "#components/api/call-api";
import { useClusterTitle } from "#components/canvas/cluster-name";
import { Input } from "#components/form/input";
import { clusterColour } from "#components/marks/cluster-chip";
import { LookMark } from "#components/marks/state-mark";
import { useBilingual, useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { SkeletonRows } from "#components/ui/skeleton";
import type { AppCard } from "#server/protocol/portal-views";

export const DRAGGED_APP = "application/x-krdc-app";
export type PaletteApp = Pick<AppCard, "cluster" | "name" | "version">;

type Props = { search: RefObject<HTMLInputElement | null>; onAdd: (app: PaletteApp) => void };

/** Apps of the market to add: by press, by Enter, or dragged to their place. */
export function Palette({ search, onAdd }: Props) {
  const t = useTranslations("workflows.palette");
  const why = useReason();
  const [text, setText] = useState("");
  const wanted = useDeferredValue(text.trim());
  const found = useQuery({
    queryKey: ["palette", wanted],
    queryFn: ({ signal }) => callApi<{ items: AppCard[] }>(`/api/v1/apps?q=${encodeURIComponent(wanted)}`, { signal }),
    placeholderData: (before) => before,
  });
  const items = found.data?.items ?? [];
  return (
    <aside aria-label={t("label")} className="flex min-h-0 flex-col gap-2 border-r border-line bg-card p-3">
      <div className="relative">
        <Search aria-hidden="true" className="absolute top-2 left-2.5 size-4 text-faint" />
        <Input
          ref={search}
          type="search"
          value={text}
          placeholder={t("find")}
          aria-label={t("find")}
          className="pl-8"
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            const first = items[0];
            if (event.key === "Enter" && first) onAdd(first);
          }}
        />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto pr-0.5" aria-busy={found.isPending}>
        {found.isPending ? <SkeletonRows rows={6} label={t("loading")} /> : null}
        {found.isError ? (
          <div role="alert" className="grid gap-2 text-sm text-dim">
            {why(codeOf(found.error))}
            <Button onClick={() => found.refetch()}>{t("again")}</Button>
          </div>
        ) : null}
        {found.isSuccess && items.length === 0 ? (
          <p className="text-sm text-dim">{t("none", { text: wanted })}</p>
        ) : null}
        <Groups items={items} onAdd={onAdd} />
      </div>
      <p className="text-xs text-faint">{t("help")}</p>
    </aside>
  );
}

function Groups({ items, onAdd }: { items: readonly AppCard[]; onAdd: Props["onAdd"] }) {
  const t = useTranslations("workflows.palette");
  const title = useClusterTitle();
  const clusters = [...new Set(items.map((app) => app.cluster))];
  return clusters.map((cluster) => (
    <section key={cluster} aria-label={title(cluster)} data-cluster={clusterColour(cluster)} className="mb-3">
      <h2 className="mb-1 flex items-center gap-1.5 text-xs font-semibold text-cluster">
        <span aria-hidden="true" className="size-2 rounded-sm bg-cluster" />
        {title(cluster)}
      </h2>
      <ul className="grid gap-1">
        {items
          .filter((app) => app.cluster === cluster)
          .map((app) => (
            <PaletteItem key={app.name} app={app} onAdd={onAdd} needs={t("request")} />
          ))}
      </ul>
    </section>
  ));
}

function PaletteItem({ app, onAdd, needs }: { app: AppCard; onAdd: Props["onAdd"]; needs: string }) {
  const say = useBilingual();
  const asks = app.permission === "request" || app.permission === "closed";
  return (
    <li>
      <button
        type="button"
        draggable
        title={say(app.summary)}
        onClick={() => onAdd(app)}
        onDragStart={(event) => {
          event.dataTransfer.setData(
            DRAGGED_APP,
            JSON.stringify({ cluster: app.cluster, name: app.name, version: app.version }),
          );
          event.dataTransfer.effectAllowed = "copy";
        }}
        className="flex w-full items-center gap-2 rounded-md border border-line border-l-2 border-l-cluster bg-card px-2 py-1.5 text-left text-sm hover:bg-soft"
      >
        <span className="min-w-0 flex-1 truncate">{say(app.title)}</span>
        {asks ? (
          <span title={needs}>
            <LookMark look="need" className="size-2.5" />
            <span className="sr-only">{needs}</span>
          </span>
        ) : null}
        <span className="font-mono text-[11px] text-faint">{app.version}</span>
      </button>
    </li>
  );
}
