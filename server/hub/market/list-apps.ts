import { z } from "zod";
import { KrdcError } from "#server/errors";
import { type AppVersion, appPath } from "#server/graph/app";
import type { AppCard, AppList } from "#server/protocol/portal-views";
import { listHeldApps } from "../agreements/list-held-apps";
import type { HubContext } from "../context";
import { type Cursor, type Holdings, ownClusters, permissionFor, usageOf, writeCursor } from "./listing";
import { countFacet, countFiltered, type ListingFilter, listFiltered } from "./listings.repo";
import { highlightsOf, searchWords } from "./search";
import { countUsage } from "./usage.repo";

export type AppQuery = {
  q?: string | undefined;
  clusters?: readonly string[] | undefined;
  fields?: readonly string[] | undefined;
  licences?: readonly string[] | undefined;
  media?: readonly string[] | undefined;
  runnableNow?: boolean | undefined;
  cursor?: string | null | undefined;
  limit?: number | undefined;
};

const cursorForm = z.object({ at: z.iso.datetime(), cluster: z.string(), name: z.string() });

function readCursor(text: string | null | undefined): Cursor | undefined {
  if (!text) return undefined;
  try {
    return cursorForm.parse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
  } catch (cause) {
    throw new KrdcError("invalid", "request.bad_cursor", { cause });
  }
}

function filterOf(query: AppQuery, has: Holdings): ListingFilter {
  return {
    words: searchWords(query.q ?? ""),
    clusters: query.clusters ?? [],
    fields: query.fields ?? [],
    licences: query.licences ?? [],
    media: query.media ?? [],
    runnable: query.runnableNow
      ? { granted: [...has.granted], takenAway: [...has.takenAway], clusters: ownClusters(has.user) }
      : undefined,
  };
}

function cardOf(app: AppVersion, has: Holdings, usage: AppCard["usage"], q: string): AppCard {
  const { cluster, name, version, title, summary, licence, field, access, publishedAt } = app;
  const card = { cluster, name, version, title, summary, licence, field, access, publishedAt };
  const highlights = q ? { highlights: highlightsOf(q, [title.ko, title.en, summary.ko, summary.en]) } : {};
  return { ...card, permission: permissionFor(app, has), usage, ...highlights };
}

/** The market: what all frameworks offer, searched in Korean and English, with counts for each facet. */
export async function listApps(ctx: HubContext, query: AppQuery): Promise<AppList> {
  const has: Holdings = { user: ctx.user, ...(await listHeldApps(ctx.db, ctx.user.id, ctx.now())) };
  const filter = filterOf(query, has);
  const limit = Math.min(Math.max(query.limit ?? 24, 1), 100);
  const [rows, total, clusters, fields, licences, inputs] = await Promise.all([
    listFiltered(ctx.db, filter, readCursor(query.cursor), limit + 1),
    countFiltered(ctx.db, filter),
    countFacet(ctx.db, filter, "clusters"),
    countFacet(ctx.db, filter, "fields"),
    countFacet(ctx.db, filter, "licences"),
    countFacet(ctx.db, filter, "media"),
  ]);
  const page = rows.slice(0, limit);
  const paths = page.map(({ document }) => appPath(document));
  const usage = await countUsage(ctx.db, paths, ctx.now());
  const items = page.map(({ document }) =>
    cardOf(document, has, usageOf(usage.get(appPath(document)) ?? []), query.q ?? ""),
  );
  const last = rows.length > limit ? page.at(-1) : undefined;
  const { cluster = "", name = "" } = last?.document ?? {};
  const next = last ? writeCursor({ at: last.updatedAt.toISOString(), cluster, name }) : null;
  return { items, facets: { clusters, fields, licences, inputs }, total, next };
}
