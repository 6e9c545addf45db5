import type { FrameworkContext } from "../context";
import type { Execution, NewExecution } from "./execution";
import {
  countExecutions,
  findExecution,
  insertExecution,
  listLiveExecutions,
  requestStops,
  wakeMany,
} from "./executions.repo";

/** Queues an app or proxy to be started once under its name. */
export const queueExecution = (ctx: FrameworkContext, values: NewExecution, delayMs = 0) =>
  insertExecution(ctx.db, values, ctx.now(), new Date(ctx.now().getTime() + delayMs));

/** Asks that executions end; those that have ended are left alone. */
export const stopExecutions = (ctx: FrameworkContext, names: string[], reason: string) =>
  requestStops(ctx.db, names, reason, ctx.now());

/** They look at once whether they may begin, instead of at the end of their pause. */
export const wakeExecutions = (ctx: FrameworkContext, names: string[]) => wakeMany(ctx.db, names, ctx.now());

export const getLoad = (ctx: FrameworkContext) => countExecutions(ctx.db);
export const lookUpExecution = (ctx: FrameworkContext, name: string): Promise<Execution | undefined> =>
  findExecution(ctx.db, name);
export const listLive = (ctx: FrameworkContext) => listLiveExecutions(ctx.db);
