import { KrdcError } from "#server/errors";
import type { PortalUser } from "#server/protocol/framework-api";
import { attemptName, runKeyOf } from "#server/protocol/run-key";
import type { RunDelta, RunView } from "#server/protocol/run-view";
import { isRunOver, isStepOver } from "#server/protocol/states";
import { listOrigins } from "../cache/list-origins";
import type { FrameworkContext } from "../context";
import { listRemoteAttempts } from "../exchange/find-remote-attempt";
import { readRemoteLog } from "../transfers/pull-log";
import { filesOfRun, remoteKey, runDeltaOf, runViewOf } from "./run-view";
import { selectChangedSteps, selectRun, selectSteps } from "./runs.repo";
import type { Run } from "./step-run";

/** The run if it is this person's; another's is not found. */
export async function getOwnRun(ctx: FrameworkContext, user: PortalUser, id: string): Promise<Run> {
  const run = await selectRun(ctx.db, id);
  if (!run || run.owner !== user.sub) throw new KrdcError("not_found", "run.not_found");
  return run;
}

async function remotesOf(ctx: FrameworkContext, runId: string) {
  const rows = await listRemoteAttempts(ctx, runId);
  return new Map(rows.map((row) => [remoteKey(row.stepRunId, row.attempt), row]));
}

export async function getRunView(ctx: FrameworkContext, user: PortalUser, id: string): Promise<RunView> {
  const run = await getOwnRun(ctx, user, id);
  const rows = await selectSteps(ctx.db, id);
  const view = runViewOf(run, rows, { remotes: await remotesOf(ctx, id), origins: await listOrigins(ctx, rows) });
  return { ...view, home: ctx.name };
}

/** What changed after `seq`; undefined while nothing did. */
export async function findRunDelta(
  ctx: FrameworkContext,
  user: PortalUser,
  id: string,
  seq: number,
): Promise<{ delta: RunDelta; isOver: boolean } | undefined> {
  const run = await getOwnRun(ctx, user, id);
  if (run.seq <= seq) return undefined;
  const all = await selectSteps(ctx.db, id);
  const changed = await selectChangedSteps(ctx.db, id, seq);
  const beside = { remotes: await remotesOf(ctx, id), origins: await listOrigins(ctx, changed) };
  const delta = runDeltaOf(run, changed, all, beside);
  return { delta, isOver: isRunOver(run.state) };
}

export async function getRunFile(ctx: FrameworkContext, user: PortalUser, id: string, sha256: string) {
  const run = await getOwnRun(ctx, user, id);
  const file = filesOfRun(run, await selectSteps(ctx.db, id)).get(sha256);
  if (!file) throw new KrdcError("not_found", "storage.file_not_found");
  return file;
}

export type LogPart = { bytes: Buffer; isEnd: boolean };

/** The log of one attempt from an offset, wherever the app runs; `isEnd` once nothing more can come. */
export async function readStepLog(
  ctx: FrameworkContext,
  user: PortalUser,
  wanted: { runId: string; step: string; index: number; attempt: number | undefined; offset: number; maxBytes: number },
): Promise<LogPart> {
  const run = await getOwnRun(ctx, user, wanted.runId);
  const rows = await selectSteps(ctx.db, run.id, [wanted.step]);
  const row = rows.find((one) => one.index === wanted.index);
  if (!row) throw new KrdcError("not_found", "run.step_not_found");
  const attempt = wanted.attempt ?? row.attempt;
  const key = { runKey: runKeyOf({ homeId: ctx.name, runId: run.id, stepPath: row.step, index: row.index }), attempt };
  // Asked before reading: bytes that arrive in between are read by the next call, never missed.
  const isOver = attempt < row.attempt || isStepOver(row.state);
  const isRemote = run.submission.placements[row.step]?.placement === "remote";
  const bytes = isRemote
    ? await readRemoteLog(ctx, key, wanted.offset, wanted.maxBytes)
    : await ctx.runtime.logs(attemptName(key.runKey, attempt), wanted.offset, wanted.maxBytes);
  return { bytes, isEnd: isOver && bytes.length < wanted.maxBytes };
}
