import type { FrameworkContext } from "../context";
import type { RemoteAttempt } from "./remote-attempt";
import {
  selectByProxy,
  selectOfRun,
  selectRemoteAttempt,
  selectSince,
  updateLogBytes,
  updateRemoteAttempt,
} from "./remote-attempts.repo";

type Key = Pick<RemoteAttempt, "runKey" | "attempt">;

export const findRemoteAttempt = (ctx: FrameworkContext, key: Key): Promise<RemoteAttempt | undefined> =>
  selectRemoteAttempt(ctx.db, key);

/** What this proxy app stands for; a replaced one stands for nothing. */
export const listProxied = (ctx: FrameworkContext, proxyName: string): Promise<RemoteAttempt[]> =>
  selectByProxy(ctx.db, proxyName);

/** The remote side of a run, for its view. */
export const listRemoteAttempts = (ctx: FrameworkContext, runId: string): Promise<RemoteAttempt[]> =>
  selectOfRun(ctx.db, runId);

/** Gives the attempt another proxy. */
export const replaceProxy = (ctx: FrameworkContext, row: RemoteAttempt, proxyName: string) =>
  updateRemoteAttempt(ctx.db, row, { proxyName, proxyCount: row.proxyCount + 1 });

export const noteLogBytes = (ctx: FrameworkContext, key: Key, logBytes: number) =>
  updateLogBytes(ctx.db, key, logBytes);
export const noteBytesOut = (ctx: FrameworkContext, key: Key, bytesOut: number) =>
  updateRemoteAttempt(ctx.db, key, { bytesOut });

/** What is remembered here of attempts at one host, for that host. */
export const listSince = (
  ctx: FrameworkContext,
  host: string,
  from: { since: Date; after: Key | null },
  limit: number,
): Promise<RemoteAttempt[]> => selectSince(ctx.db, host, from, limit);
