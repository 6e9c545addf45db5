import { and, asc, desc, eq, inArray, isNull, notInArray, or, type SQL, sql } from "drizzle-orm";
import { clusters } from "#drizzle/hub/schema/clusters";
import { appVersions, listings } from "#drizzle/hub/schema/market";
import type { Db } from "#server/db/connect";
import type { AppVersion } from "#server/graph/app";
import type { Facet } from "#server/protocol/portal-views";
import type { Cursor, PublishedVersion } from "./listing";
import type { SearchWord } from "./search";

/** False when this version is known already; the caller compares digests. */
export async function insertVersion(db: Db, document: AppVersion, publishedAt: Date): Promise<boolean> {
  const { cluster, name, version, digest } = document;
  const rows = await db
    .insert(appVersions)
    .values({ cluster, name, version, digest, document, publishedAt })
    .onConflictDoNothing()
    .returning({ name: appVersions.name });
  return rows.length === 1;
}

export async function findVersion(
  db: Db,
  { cluster, name, version }: Pick<AppVersion, "cluster" | "name" | "version">,
): Promise<PublishedVersion | undefined> {
  const [row] = await db
    .select()
    .from(appVersions)
    .where(and(eq(appVersions.cluster, cluster), eq(appVersions.name, name), eq(appVersions.version, version)));
  return row;
}

/** Newest first. */
export async function listVersions(db: Db, app: { cluster: string; name: string }): Promise<PublishedVersion[]> {
  return db
    .select()
    .from(appVersions)
    .where(and(eq(appVersions.cluster, app.cluster), eq(appVersions.name, app.name)))
    .orderBy(desc(appVersions.publishedAt));
}

/** Every living version of these apps, newest first. */
export async function listLivingVersions(
  db: Db,
  apps: readonly { cluster: string; name: string }[],
): Promise<AppVersion[]> {
  if (apps.length === 0) return [];
  const wanted = sql.join(
    apps.map(({ cluster, name }) => sql`(${cluster}, ${name})`),
    sql`, `,
  );
  const rows = await db
    .select({ document: appVersions.document })
    .from(appVersions)
    .where(and(sql`(${appVersions.cluster}, ${appVersions.name}) in (${wanted})`, isNull(appVersions.withdrawnAt)))
    .orderBy(desc(appVersions.publishedAt));
  return rows.map((row) => row.document);
}

type Listing = typeof listings.$inferInsert;

export async function upsertListing(db: Db, values: Listing): Promise<void> {
  await db
    .insert(listings)
    .values(values)
    .onConflictDoUpdate({ target: [listings.cluster, listings.name], set: values });
}

export type ListingFilter = {
  words: readonly SearchWord[];
  clusters: readonly string[];
  fields: readonly string[];
  licences: readonly string[];
  media: readonly string[];
  /** Only what the reader may run now: open ones, these `cluster/name` paths, and all of these clusters. */
  runnable: { granted: readonly string[]; takenAway: readonly string[]; clusters: readonly string[] } | undefined;
};
type Dimension = "clusters" | "fields" | "licences" | "media";

const path = sql<string>`${listings.cluster} || '/' || ${listings.name}`;
const textArray = (values: readonly string[]) =>
  sql`array[${sql.join(
    values.map((value) => sql`${value}`),
    sql`, `,
  )}]::text[]`;

const matching = ({ like, bigrams }: SearchWord): SQL | undefined =>
  and(
    bigrams.length > 0 ? sql`${listings.bigrams} @> ${textArray(bigrams)}` : undefined,
    sql`${listings.searchText} like ${like}`,
  );

/** What a cluster offered that has left comes back with it. */
const hostsStill = sql`not exists (select 1 from ${clusters}
  where ${clusters.name} = ${listings.cluster} and ${clusters.suspendedReason} = 'left')`;

function chosen(filter: ListingFilter, except?: Dimension): SQL | undefined {
  const within = (dimension: Dimension, condition: (values: string[]) => SQL) => {
    const values = [...filter[dimension]];
    return dimension === except || values.length === 0 ? undefined : condition(values);
  };
  const { runnable } = filter;
  return and(
    isNull(appVersions.withdrawnAt),
    hostsStill,
    ...filter.words.map(matching),
    within("clusters", (values) => inArray(listings.cluster, values)),
    within("fields", (values) => inArray(listings.field, values)),
    within("licences", (values) => inArray(listings.licence, values)),
    within("media", (values) => sql`${listings.inputTypes} && ${textArray(values)}`),
    runnable &&
      or(
        and(
          eq(listings.remote, "open"),
          runnable.takenAway.length > 0 ? notInArray(path, [...runnable.takenAway]) : undefined,
        ),
        runnable.granted.length > 0 ? inArray(path, [...runnable.granted]) : undefined,
        runnable.clusters.length > 0 ? inArray(listings.cluster, [...runnable.clusters]) : undefined,
      ),
  );
}

const sameVersion = and(
  eq(appVersions.cluster, listings.cluster),
  eq(appVersions.name, listings.name),
  eq(appVersions.version, listings.version),
);

const isAfter = ({ at, cluster, name }: Cursor) =>
  sql`(${listings.updatedAt} < ${at}::timestamptz or (${listings.updatedAt} = ${at}::timestamptz and (${listings.cluster}, ${listings.name}) > (${cluster}, ${name})))`;

export type ListedApp = { document: AppVersion; updatedAt: Date };

export async function listFiltered(
  db: Db,
  filter: ListingFilter,
  cursor: Cursor | undefined,
  limit: number,
): Promise<ListedApp[]> {
  return db
    .select({ document: appVersions.document, updatedAt: listings.updatedAt })
    .from(listings)
    .innerJoin(appVersions, sameVersion)
    .where(and(chosen(filter), cursor && isAfter(cursor)))
    .orderBy(desc(listings.updatedAt), asc(listings.cluster), asc(listings.name))
    .limit(limit);
}

export async function countFiltered(db: Db, filter: ListingFilter): Promise<number> {
  const [row] = await db
    .select({ count: sql<number>`count(*)::int` })
    .from(listings)
    .innerJoin(appVersions, sameVersion)
    .where(chosen(filter));
  return row?.count ?? 0;
}

const columns = {
  clusters: sql<string>`${listings.cluster}`,
  fields: sql<string>`${listings.field}`,
  licences: sql<string>`${listings.licence}`,
  media: sql<string>`unnest(${listings.inputTypes})`,
};

/** How many each value of a facet would give, with the other facets as chosen. */
export async function countFacet(db: Db, filter: ListingFilter, dimension: Dimension): Promise<Facet[]> {
  const rows = await db
    .select({ value: sql<string>`${columns[dimension]}`.as("value"), count: sql<number>`count(*)::int` })
    .from(listings)
    .innerJoin(appVersions, sameVersion)
    .where(chosen(filter, dimension))
    .groupBy(sql`1`)
    .orderBy(sql`2 desc, 1`)
    .limit(50);
  return rows.filter(({ value }) => value !== "");
}
