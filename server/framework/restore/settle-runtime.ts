import type { FrameworkContext } from "../context";
import { listLive } from "../execution/queue-execution";
import { doesRuntimeRemember, type Restore } from "./restore";
import { knownExecutions } from "./restores.repo";

/**
 * Where the runtime was set back too, nobody knows whether our own executions were begun meanwhile: their names are used
 * up, so that the executor ends them as lost. Those of other homes wait for what their homes say.
 */
export async function useUpNames(ctx: FrameworkContext, restore: Restore): Promise<void> {
  if (doesRuntimeRemember(restore)) return;
  for (const { name, kind } of await listLive(ctx)) {
    if (kind === "hosted" || (await ctx.runtime.look(name)).phase !== "absent") continue;
    await ctx.runtime.clear(name);
  }
}

/** Ends what runs here for nobody any more. Its name stays used up. */
export async function endUnknown(ctx: FrameworkContext): Promise<void> {
  // An execution is written before its task runs: asked in this order, what begins meanwhile is known.
  const live = await ctx.runtime.live();
  const known = await knownExecutions(ctx.db);
  const unknown = live.filter((name) => !name.startsWith("build-") && !known.has(name));
  for (const name of unknown) await ctx.runtime.stop(name, "INTERRUPTED");
  if (unknown.length > 0) ctx.log.warn({ unknown }, "processes that nobody remembers are ended");
}
