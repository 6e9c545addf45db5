import { filesIn } from "#server/protocol/hosted-run";
import type { FrameworkContext } from "../context";
import type { Run, StepRun } from "../orchestrator/step-run";
import { isIntact } from "../storage/store";
import { cacheKeyOf } from "./cache-key";
import { type Source, selectAsksForCache, selectSources } from "./cached.repo";
import { mayBeAnswered } from "./may-be-answered";

/** `source` is undefined where the step has to run; then it runs under this key, for those that come after it. */
export type CacheLook = { key: string; source: Source | undefined };

const looked = 5;

async function isWhole(ctx: FrameworkContext, source: Source): Promise<boolean> {
  for (const file of filesIn(source.outputs)) if (!(await isIntact(ctx.folder, file))) return false;
  return true;
}

async function findWhole(ctx: FrameworkContext, key: string, owner: string): Promise<Source | undefined> {
  for (const source of await selectSources(ctx.db, key, owner, looked)) if (await isWhole(ctx, source)) return source;
  return undefined;
}

/** Whether there is anything to look up: before its first attempt only, where it was drawn so. */
export const asksForCache = async (ctx: FrameworkContext, step: StepRun): Promise<boolean> =>
  step.state === "READY" &&
  step.attempt === 0 &&
  step.cacheKey === null &&
  (await selectAsksForCache(ctx.db, step.runId, step.step));

/**
 * An earlier result that this step, which asks for it, may be answered from: one of the same person's runs, whose
 * files are here as they were made, and which the person could have made again now. Asks others, so it is done outside of
 * any transaction.
 */
export async function findCached(ctx: FrameworkContext, run: Run, step: StepRun): Promise<CacheLook | undefined> {
  const { apps, placements } = run.submission;
  const [app, placed] = [apps[step.step], placements[step.step]];
  if (!app || !placed) return undefined;
  const cluster = placed.placement === "remote" ? placed.cluster : ctx.name;
  const key = cacheKeyOf({ cluster, app, parameters: step.parameters });
  if (key === undefined) return undefined;
  const source = await findWhole(ctx, key, run.owner);
  return { key, source: source && (await mayBeAnswered(ctx, run, step)) ? source : undefined };
}
