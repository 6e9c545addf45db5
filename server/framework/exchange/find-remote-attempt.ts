import type { FrameworkContext } from "../context";
import type { RemoteAttempt } from "./remote-attempt";
import { selectByProxy, selectOfRun, selectRemoteAttempt, updateRemoteAttempt } from "./remote-attempts.repo";

type Key = Pick<RemoteAttempt, "runKey" | "attempt">;

export const findRemoteAttempt = (ctx: FrameworkContext, key: Key): Promise<RemoteAttempt | undefined> =>
  selectRemoteAttempt(ctx.db, key);

/** The attempt that this proxy stands for; a replaced proxy stands for none. */
export const findProxied = (ctx: FrameworkContext, proxyName: string): Promise<RemoteAttempt | undefined> =>
  selectByProxy(ctx.db, proxyName);

/** The remote side of a run, for its view. */
export const listRemoteAttempts = (ctx: FrameworkContext, runId: string): Promise<RemoteAttempt[]> =>
  selectOfRun(ctx.db, runId);

/** Gives the attempt another proxy, which the old one's token still opens. */
export const replaceProxy = (ctx: FrameworkContext, row: RemoteAttempt, proxyName: string) =>
  updateRemoteAttempt(ctx.db, row, { proxyName, proxyCount: row.proxyCount + 1 });
