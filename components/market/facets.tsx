"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { ClusterChip } from "#components/marks/cluster-chip";
import { useFieldWord, useMediaWord } from "#components/marks/vocabulary";
import { cn } from "#components/ui/class-names";
import type { AppList, Facet } from "#server/protocol/portal-views";
import { type FacetName, type MarketQuery, marketHref, toggled } from "./market-query";

type Props = { query: MarketQuery; facets: AppList["facets"]; clusterTitles: Record<string, string> };

const groups = [
  { facet: "clusters", from: "clusters", label: "clusters" },
  { facet: "fields", from: "fields", label: "fields" },
  { facet: "media", from: "inputs", label: "inputs" },
  { facet: "licences", from: "licences", label: "licences" },
] as const;

/** Filters with how many apps each leaves; they are links, so the address always says what is shown. */
export function Facets({ query, facets, clusterTitles }: Props) {
  const t = useTranslations("market");
  return (
    <div className="grid gap-5 text-sm">
      <div>
        <h2 className="mb-1 text-xs font-semibold text-faint">{t("runnable")}</h2>
        <FacetLink href={marketHref(query, { runnableNow: !query.runnableNow })} chosen={query.runnableNow}>
          {t("runnableNow")}
        </FacetLink>
      </div>
      {groups.map(({ facet, from, label }) => (
        <FacetGroup
          key={facet}
          query={query}
          facet={facet}
          label={t(label)}
          values={facets[from]}
          clusterTitles={clusterTitles}
        />
      ))}
    </div>
  );
}

type GroupProps = {
  query: MarketQuery;
  facet: FacetName;
  label: string;
  values: Facet[];
  clusterTitles: Record<string, string>;
};

function FacetGroup({ query, facet, label, values, clusterTitles }: GroupProps) {
  const word = useFacetWord();
  const named = values.filter(({ value }) => value !== "" || facet === "licences");
  if (named.length === 0) return null;
  return (
    <div>
      <h2 className="mb-1 text-xs font-semibold text-faint">{label}</h2>
      <ul>
        {named.map(({ value, count }) => (
          <li key={value}>
            <FacetLink
              href={marketHref(query, toggled(query, facet, value))}
              chosen={query[facet].includes(value)}
              count={count}
            >
              {facet === "clusters" ? <ClusterChip name={value} title={clusterTitles[value]} /> : word(facet, value)}
            </FacetLink>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What a facet's value is called; names that are the same everywhere, such as licences, stay as they are. */
function useFacetWord(): (facet: FacetName, value: string) => string {
  const t = useTranslations("market");
  const field = useFieldWord();
  const media = useMediaWord();
  return (facet, value) => {
    if (facet === "fields") return field(value);
    return facet === "media" ? media(value) : value || t("noLicence");
  };
}

type LinkProps = { href: string; chosen: boolean; count?: number; children: React.ReactNode };

function FacetLink({ href, chosen, count, children }: LinkProps) {
  return (
    <Link
      href={href}
      scroll={false}
      aria-current={chosen ? "true" : undefined}
      className={cn(
        "flex min-h-7 items-center gap-2 rounded-sm text-dim hover:text-ink",
        chosen && "font-semibold text-ink",
      )}
    >
      <span
        aria-hidden="true"
        className={cn(
          "grid size-4 shrink-0 place-items-center rounded-[4px] border border-edge text-[11px] leading-none",
          chosen && "border-accent bg-accent text-on-accent",
        )}
      >
        {chosen ? "✓" : ""}
      </span>
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {count === undefined ? null : <span className="numbers text-xs text-faint">{count.toLocaleString("en")}</span>}
    </Link>
  );
}
