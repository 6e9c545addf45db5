import { sql } from "drizzle-orm";
import { runs } from "#drizzle/hub/schema/runs";
import type { Db } from "#server/db/connect";
import { type DayCount, usageDays } from "./listing";

/** Runs by app (`cluster/name`) and by whole days before `now`. */
export async function countUsage(db: Db, paths: readonly string[], now: Date): Promise<Map<string, DayCount[]>> {
  const found = new Map<string, DayCount[]>();
  if (paths.length === 0) return found;
  const wanted = sql`array[${sql.join(
    paths.map((path) => sql`${path}`),
    sql`, `,
  )}]::text[]`;
  const since = new Date(now.getTime() - usageDays * 86_400_000);
  const day = sql<number>`floor(extract(epoch from (${now}::timestamptz - ${runs.createdAt})) / 86400)::int`;
  const rows = await db
    .select({
      app: sql<string>`used.app`,
      day: day.as("day"),
      runs: sql<number>`count(*)::int`,
      succeeded: sql<number>`(count(*) filter (where ${runs.state} = 'SUCCEEDED'))::int`,
    })
    .from(sql`${runs} cross join lateral (select distinct app from unnest(${runs.apps}) as each(app)) as used`)
    .where(
      sql`${runs.apps} && ${wanted} and used.app = any(${wanted}) and ${runs.createdAt} > ${since}::timestamptz and ${runs.state} <> 'REFUSED'`,
    )
    .groupBy(sql`1, 2`);
  for (const { app, ...count } of rows) found.set(app, [...(found.get(app) ?? []), count]);
  return found;
}
