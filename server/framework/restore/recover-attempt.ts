import { randomUUID } from "node:crypto";
import { digestOfJson } from "#server/protocol/canonical";
import { type Receipt, receipt, receiptDate, receiptType } from "#server/protocol/hosted-run";
import { attemptName, runKeyOf } from "#server/protocol/run-key";
import type { RememberedAttempt } from "#server/protocol/set-back";
import { readDatedDocument } from "#server/protocol/signed-document";
import { type Agreement, holdAgreement } from "../agreements/use-agreement";
import { type FrameworkContext, within } from "../context";
import { queueExecution } from "../execution/queue-execution";
import { endHostedRun } from "../hosting/end-hosted-runs";
import type { HostedRun } from "../hosting/hosted-run";
import { nextNumberFor } from "../hosting/peers";
import { doesRuntimeRemember, type Restore } from "./restore";
import {
  findAttempt,
  insertEnded,
  insertForgotten,
  lockAttempt,
  updateAcknowledged,
  updateLeft,
  updateSeq,
} from "./restores.repo";

/** `cursor`: up to where this home heard our numbered changes. */
type Told = { home: string; told: RememberedAttempt; cursor: number };

const keyOf = ({ home, told }: Omit<Told, "cursor">) => ({ home, runKey: told.runKey, attempt: told.attempt });

/** Our own signed word about exactly this attempt, which its home has kept for us. */
async function ownRecord(ctx: FrameworkContext, { runKey, attempt, receipt: jws }: RememberedAttempt) {
  if (!jws) return undefined;
  const said = await readDatedDocument(ctx.keys.documentKeys(), receiptType, { jws, datedAt: receiptDate }).catch(
    () => undefined,
  );
  const read = receipt.safeParse(said);
  const isThis =
    read.success && read.data.host === ctx.name && read.data.runKey === runKey && read.data.attempt === attempt;
  return isThis ? { record: read.data, jws } : undefined;
}

/** The row as it must have been, with nothing set aside for it any more. */
function rowOf(ctx: FrameworkContext, { home, told }: Told, agreement: Agreement) {
  return {
    ...keyOf({ home, told }),
    request: told.request,
    requestHash: digestOfJson(told.request),
    grantId: told.grantId ?? randomUUID(),
    agreementId: told.agreementId,
    userPseudonym: agreement.document.user,
    executionName: attemptName(told.runKey, told.attempt),
    seq: 0,
    leaseUntil: new Date(ctx.now().getTime() + ctx.timing.leaseMs),
    createdAt: ctx.now(),
  };
}

/** What was written since under a number that home has heard already would be old word to it for ever. */
async function tellAnew(inside: FrameworkContext, at: Told): Promise<void> {
  const row = await findAttempt(inside.db, keyOf(at));
  const isHeard = row !== undefined && row.seq <= Math.max(at.told.hostSeq, at.cursor);
  if (!isHeard || (row.outcome !== null && at.told.receipt !== null)) return;
  await updateSeq(inside.db, row, await nextNumberFor(inside, row.home));
}

/** Works on the attempt's row under the locks of its agreement and its own, made anew where it was lost. */
async function onRow(
  ctx: FrameworkContext,
  { epoch }: Restore,
  at: Told,
  work: (inside: FrameworkContext, row: HostedRun) => Promise<void>,
  state: "RECEIVED" | "QUEUED" = "RECEIVED",
): Promise<void> {
  await ctx.db.transaction(async (db) => {
    const inside = within(ctx, db);
    const known = await findAttempt(db, keyOf(at));
    const agreement = await holdAgreement(inside, known?.agreementId ?? at.told.agreementId);
    if (!agreement) {
      ctx.log.warn(keyOf(at), "an attempt that was lost belongs to no agreement that is known here");
      await updateLeft(db, epoch, `${at.home}:${at.told.runKey}:${at.told.attempt}`);
      return;
    }
    const row =
      (await lockAttempt(db, keyOf(at))) ?? (await insertForgotten(db, { ...rowOf(inside, at, agreement), state }));
    if (row.outcome === null) await work(inside, row);
    await tellAnew(inside, at);
  });
}

/** What we have signed stands again, word for word. */
async function endAsSigned(
  inside: FrameworkContext,
  at: Told,
  row: HostedRun,
  signed: { record: Receipt; jws: string },
) {
  const { record, jws } = signed;
  const { outcome, exitCode, outputs, cpuSeconds, logBytes } = record;
  const [startedAt, endedAt] = [record.startedAt ? new Date(record.startedAt) : null, new Date(record.endedAt)];
  await endHostedRun(
    inside,
    row,
    { outcome, reason: record.reason, exitCode, outputs, startedAt, endedAt, cpuSeconds, logBytes },
    jws,
  );
  if (at.told.isAcknowledged) await updateAcknowledged(inside.db, row, inside.now());
  const { executionName: name, runKey, attempt, home, request } = row;
  const how = { outcome, exitCode, outputs, cpuSeconds, logBytes, startedAt, endedAt, state: "ENDED" as const };
  const what = { kind: "hosted" as const, home, digest: request.digest, limits: request.limits };
  await insertEnded(inside.db, { name, runKey, attempt, ...what, ...how, createdAt: row.createdAt });
}

/** Nobody can say any more what became of it: it is over, and never begun anew. */
export const endAsLost = (inside: FrameworkContext, row: HostedRun): Promise<void> =>
  endHostedRun(inside, row, {
    outcome: "LOST_ON_HOST",
    reason: "hosted_run.lost_record",
    exitCode: null,
    outputs: {},
    startedAt: null,
    endedAt: inside.now(),
    cpuSeconds: 0,
    logBytes: 0,
  });

async function adopt(inside: FrameworkContext, { executionName: name, ...row }: HostedRun): Promise<void> {
  const { runKey, attempt, home, request } = row;
  const what = { digest: request.digest, parameters: request.parameters, limits: request.limits };
  await queueExecution(inside, { name, kind: "hosted", runKey, attempt, home, ...what });
}

const nothing = async () => undefined;

/** A home names only run keys of its own. */
const isOwn = ({ home, told }: Told) => {
  const { runId, step: stepPath, index } = told.request;
  return runKeyOf({ homeId: home, runId, stepPath, index }) === told.runKey;
};

/**
 * One attempt as its home remembers it, taken in again: by our own record where home has that, from what the runtime shows
 * of it, or else as lost. What this database knows to go on is the executor's matter.
 */
export async function recoverAttempt(ctx: FrameworkContext, restore: Restore, at: Told): Promise<void> {
  if (!isOwn(at)) return;
  const known = await findAttempt(ctx.db, keyOf(at));
  if (known && known.outcome !== null) return onRow(ctx, restore, at, nothing);
  const signed = await ownRecord(ctx, at.told);
  if (signed) return onRow(ctx, restore, at, (inside, row) => endAsSigned(inside, at, row, signed));
  if (known) return onRow(ctx, restore, at, nothing);
  const view = await ctx.runtime.look(attemptName(at.told.runKey, at.told.attempt));
  if (view.phase !== "absent") return onRow(ctx, restore, at, adopt, "QUEUED");
  // Never heard of as accepted, and never begun: home asks for it again, with a new grant.
  if (at.told.hostSeq < 0 && doesRuntimeRemember(restore)) return;
  await onRow(ctx, restore, at, endAsLost);
}
