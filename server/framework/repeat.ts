import { KrdcError } from "#server/errors";
import type { FrameworkContext } from "./context";

type Duty = { name: string; everyMs: number; work: () => Promise<unknown> };

/** What another party could not take now is no news; everything else is a fault of ours that somebody should read. */
function tell({ log }: FrameworkContext, duty: string, error: unknown): void {
  if (error instanceof KrdcError) log.info({ duty, reason: error.reason }, "a duty waits");
  else log.warn({ duty, error }, "a duty failed and is tried again");
}

/** Does a duty again and again with a pause between the turns, for as long as the framework lives or until it is stopped. */
export function repeat(ctx: FrameworkContext, { name, everyMs, work }: Duty): () => void {
  let timer: NodeJS.Timeout;
  let isStopped = false;
  const isOver = () => isStopped || ctx.stopping.aborted;
  const wait = (ms: number) => {
    timer = setTimeout(async () => {
      await work().catch((error: unknown) => isOver() || tell(ctx, name, error));
      if (!isOver()) wait(everyMs);
    }, ms);
  };
  wait(everyMs);
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

/** Several duties under one stop. */
export function repeatAll(ctx: FrameworkContext, duties: Duty[]): () => void {
  const stops = duties.map((duty) => repeat(ctx, duty));
  return () => {
    for (const stop of stops) stop();
  };
}
