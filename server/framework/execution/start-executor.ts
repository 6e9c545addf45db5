import type { FrameworkContext } from "../context";
import { startWorkLoop } from "../work-loop";
import {
  claimExecution,
  listLiveExecutions,
  putDownExecution,
  renewExecution,
  requestStops,
  wakeAllExecutions,
  wakeExecution,
} from "./executions.repo";
import { type ExecutorParts, runExecution } from "./run-execution";

/** Brings the executor up: adopts what an earlier framework left running, then starts, watches and ends executions. */
export async function startExecutor(ctx: FrameworkContext, parts: ExecutorParts): Promise<() => Promise<void>> {
  await wakeAllExecutions(ctx.db, ctx.now());
  ctx.runtime.onEnd((name) => {
    wakeExecution(ctx.db, name, ctx.now()).catch((error: unknown) =>
      ctx.log.warn({ error }, "an end was not noted; the poll will"),
    );
  });
  return startWorkLoop(ctx.signals, ctx.log, {
    name: "executions",
    parallel: 16,
    // While we end nothing begins: what is queued waits for the next start.
    claim: () => claimExecution(ctx.db, ctx.now(), ctx.stopping.aborted ? { slots: 0, proxies: 0 } : ctx),
    work: (execution) => runExecution(ctx, parts, execution),
    renew: (execution) => renewExecution(ctx.db, execution, ctx.now()),
    release: async (execution, ms) => {
      await putDownExecution(ctx.db, execution, {}, new Date(ctx.now().getTime() + ms));
    },
  });
}

/** Before this process ends: running apps are stopped as INTERRUPTED, so that a new attempt starts next time. */
export async function interruptExecutions(ctx: FrameworkContext): Promise<void> {
  const live = await listLiveExecutions(ctx.db);
  const running = live.filter((execution) => execution.state !== "QUEUED").map((execution) => execution.name);
  await requestStops(ctx.db, running, "INTERRUPTED", ctx.now());
}
