import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { runs, stepRuns } from "#drizzle/framework/schema/runs";
import type { Db } from "#server/db/connect";
import type { Value } from "#server/graph/workflow";

/** Whether a step was drawn with `cache`; a large submission is not read for the many that were not. */
export async function selectAsksForCache(db: Db, runId: string, step: string): Promise<boolean> {
  const isCached = sql<boolean>`coalesce((${runs.submission} #> array['document','steps',${step},'cache'])::boolean, false)`;
  const [row] = await db.select({ isCached }).from(runs).where(eq(runs.id, runId));
  return row?.isCached ?? false;
}

export type Source = { id: string; outputs: Record<string, Value> };

/** The newest steps of this owner that ran themselves and made what the key names. */
export async function selectSources(db: Db, cacheKey: string, owner: string, limit: number): Promise<Source[]> {
  return db
    .select({ id: stepRuns.id, outputs: stepRuns.outputs })
    .from(stepRuns)
    .innerJoin(runs, eq(runs.id, stepRuns.runId))
    .where(and(eq(stepRuns.cacheKey, cacheKey), eq(stepRuns.state, "SUCCEEDED"), eq(runs.owner, owner)))
    .orderBy(desc(stepRuns.endedAt))
    .limit(limit);
}

export type Origin = { id: string; run: string; number: number; step: string; index: number; isScattered: boolean };

export async function selectOrigins(db: Db, ids: string[]): Promise<Origin[]> {
  if (ids.length === 0) return [];
  const { id, runId: run, step, index, isScattered } = stepRuns;
  return db
    .select({ id, run, number: runs.number, step, index, isScattered })
    .from(stepRuns)
    .innerJoin(runs, eq(runs.id, stepRuns.runId))
    .where(inArray(stepRuns.id, ids));
}
