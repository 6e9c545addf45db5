import { KrdcError } from "#server/errors";
import { failpoint } from "#server/failpoint";
import { filesIn, type HostedRunAnswer } from "#server/protocol/hosted-run";
import { type FrameworkContext, within } from "../context";
import { lookUpExecution } from "../execution/queue-execution";
import { keepArtifact, listForeignArtifacts } from "../storage/keep-artifact";
import { partSize, storePart } from "../storage/store-part";
import { silentLinkMs } from "../transfers/fetch-file";
import { partOf } from "../transfers/part";
import { listMissing, queueWhenComplete } from "./accept-hosted-run";
import { answerOf, fittingOnePage, type HostedRun } from "./hosted-run";
import { type HostedKey, selectChanged, selectHostedRun } from "./hosted-runs.repo";

const notFound = () => new KrdcError("not_found", "hosted_run.not_found");

/** A hosted run of this home; anybody else's is not found. */
export async function getHostedRun(ctx: FrameworkContext, key: HostedKey): Promise<HostedRun> {
  const row = await selectHostedRun(ctx.db, key);
  if (!row) throw notFound();
  return row;
}

export async function getHostedAnswer(ctx: FrameworkContext, key: HostedKey): Promise<HostedRunAnswer> {
  const row = await getHostedRun(ctx, key);
  return answerOf(row, row.outcome === null ? await listMissing(ctx, row) : []);
}

function getInputFile(row: HostedRun, sha256: string) {
  const file = filesIn(row.request.parameters).find((wanted) => wanted.sha256 === sha256);
  if (!file) throw notFound();
  return file;
}

/** How many bytes of an input file this home has brought so far. */
export async function receivedOfInput(ctx: FrameworkContext, key: HostedKey, sha256: string): Promise<number> {
  const file = getInputFile(await getHostedRun(ctx, key), sha256);
  const isMissing = (await listForeignArtifacts(ctx, `peer:${key.home}`, [sha256])).length > 0;
  return isMissing ? partSize(ctx.folder, partOf(key, sha256)) : file.size;
}

/** Takes one input file of an accepted run, or a part of it up to `end`; its digest must be one that the request names. */
export async function receiveInput(
  ctx: FrameworkContext,
  key: HostedKey,
  sha256: string,
  { body, offset, end }: { body: AsyncIterable<Buffer>; offset: number; end: number | undefined },
): Promise<void> {
  const row = await getHostedRun(ctx, key);
  const file = getInputFile(row, sha256);
  // What came before, or comes after the run has begun, is not written again.
  if ((await listForeignArtifacts(ctx, `peer:${key.home}`, [sha256])).length === 0) {
    await ctx.db.transaction((db) => queueWhenComplete(within(ctx, db), key));
    return;
  }
  if (row.state !== "RECEIVED" || row.outcome !== null) throw new KrdcError("conflict", "hosted_run.not_waiting");
  const stored = { sha256, size: file.size };
  const part = partOf(key, sha256);
  try {
    await storePart(ctx.folder, body, { part, offset, expected: sha256, size: file.size, idleMs: silentLinkMs });
  } catch (error) {
    // All of a part that was announced as one is no broken transfer.
    const isPart = error instanceof KrdcError && error.reason === "storage.cut_off" && end !== undefined;
    if (isPart && (await partSize(ctx.folder, part)) === end) return;
    throw error;
  }
  await ctx.db.transaction(async (db) => {
    const inside = within(ctx, db);
    await keepArtifact(inside, stored, `peer:${key.home}`);
    await queueWhenComplete(inside, key);
    failpoint("host.input.before-commit");
  });
  failpoint("host.input.after-commit");
}

/** Throws unless this digest is an output of this hosted run. */
export async function getHostedOutput(
  ctx: FrameworkContext,
  row: HostedRun,
  sha256: string,
): Promise<{ size: number }> {
  const execution = await lookUpExecution(ctx, row.executionName);
  const file = filesIn(execution?.outputs ?? {}).find((made) => made.sha256 === sha256);
  if (!file || row.outcome === null) throw notFound();
  return file;
}

const page = 200;

/** What changed for a home since its cursor, in order. */
export async function listHostedEvents(ctx: FrameworkContext, home: string, after: number) {
  const rows = await selectChanged(ctx.db, home, after, page);
  const events = fittingOnePage(rows.map((row) => answerOf(row)));
  return { cursor: events.at(-1)?.seq ?? after, events };
}
