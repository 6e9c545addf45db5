import type { FrameworkContext } from "../context";
import type { StepRun } from "../orchestrator/step-run";
import { type Origin, selectOrigins } from "./cached.repo";

export type Origins = ReadonlyMap<string, Origin>;

/** Where the results of cached steps were made, by the id under which they name it. */
export async function listOrigins(ctx: FrameworkContext, rows: Pick<StepRun, "cachedFrom">[]): Promise<Origins> {
  const ids = [...new Set(rows.flatMap(({ cachedFrom }) => cachedFrom ?? []))];
  return new Map((await selectOrigins(ctx.db, ids)).map((origin) => [origin.id, origin]));
}
