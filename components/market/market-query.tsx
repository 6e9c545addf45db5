/** What the address of the market asks for; a facet may be chosen several times. */
export type MarketQuery = {
  q: string;
  clusters: string[];
  fields: string[];
  licences: string[];
  media: string[];
  runnableNow: boolean;
  cursor: string;
};

export type FacetName = "clusters" | "fields" | "licences" | "media";

const NAMES: Record<FacetName, string> = { clusters: "cluster", fields: "field", licences: "licence", media: "input" };
const FACETS = Object.keys(NAMES) as FacetName[];

type Address = Record<string, string | string[] | undefined>;

function all(value: string | string[] | undefined): string[] {
  const list = value === undefined ? [] : Array.isArray(value) ? value : [value];
  return [...new Set(list.map((item) => item.slice(0, 200)).filter(Boolean))].slice(0, 50);
}

const one = (value: string | string[] | undefined): string => (Array.isArray(value) ? value[0] : value) ?? "";

export function readMarketQuery(address: Address): MarketQuery {
  return {
    q: one(address.q).slice(0, 200),
    clusters: all(address[NAMES.clusters]),
    fields: all(address[NAMES.fields]),
    licences: all(address[NAMES.licences]),
    media: all(address[NAMES.media]),
    runnableNow: one(address.now) === "1",
    cursor: one(address.cursor).slice(0, 500),
  };
}

/** The address of a query; a change starts again from the first page unless it is the page itself. */
export function marketHref(query: MarketQuery, change: Partial<MarketQuery> = {}): string {
  const next = { ...query, cursor: "", ...change };
  const search = new URLSearchParams();
  if (next.q) search.set("q", next.q);
  for (const facet of FACETS) for (const value of next[facet]) search.append(NAMES[facet], value);
  if (next.runnableNow) search.set("now", "1");
  if (next.cursor) search.set("cursor", next.cursor);
  const text = search.toString();
  return text ? `/market?${text}` : "/market";
}

/** Chooses a value of a facet, or takes the choice back. */
export function toggled(query: MarketQuery, facet: FacetName, value: string): Partial<MarketQuery> {
  const chosen = query[facet];
  return { [facet]: chosen.includes(value) ? chosen.filter((other) => other !== value) : [...chosen, value] };
}

/** How many filters narrow the list. */
export const filterCount = (query: MarketQuery): number =>
  FACETS.reduce((sum, facet) => sum + query[facet].length, query.runnableNow ? 1 : 0);
