import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import { failpoint } from "#server/failpoint";
import { digestOfJson } from "#server/protocol/canonical";
import type { GrantClaims } from "#server/protocol/grant";
import { filesIn, type HostedRunAnswer, type HostedRunRequest } from "#server/protocol/hosted-run";
import { attemptName } from "#server/protocol/run-key";
import type { Usage } from "#server/protocol/usage";
import { type HeldForUse, holdForUse, spendAgreement } from "../agreements/use-agreement";
import { type FrameworkContext, within } from "../context";
import { queueExecution } from "../execution/queue-execution";
import { listForeignArtifacts } from "../storage/keep-artifact";
import { answerOf, type HostedRun, mayFollow, meetingOf } from "./hosted-run";
import {
  countLiveOfAgreement,
  type HostedKey,
  hasRunUnder,
  insertHostedRun,
  insertRedeemed,
  lockHostedRun,
  selectHostedRun,
  selectNewest,
  updateHostedRun,
} from "./hosted-runs.repo";
import { nextEventSeq } from "./peers.repo";

/** Input files that this peer has not brought yet; what somebody else brought does not count. */
export async function listMissing(ctx: FrameworkContext, row: Pick<HostedRun, "home" | "request">): Promise<string[]> {
  const digests = [...new Set(filesIn(row.request.parameters).map((file) => file.sha256))];
  return listForeignArtifacts(ctx, `peer:${row.home}`, digests);
}

/** The stored answer to a call that was accepted before; another body or an older attempt is refused. */
export async function findKnownAnswer(
  ctx: FrameworkContext,
  key: HostedKey,
  request: unknown,
): Promise<HostedRunAnswer | undefined> {
  const newest = await selectNewest(ctx.db, key.home, key.runKey);
  if (!newest || newest.attempt < key.attempt) return undefined;
  const own = newest.attempt === key.attempt ? newest : await selectHostedRun(ctx.db, key);
  const meeting = meetingOf({ attempt: key.attempt, requestHash: digestOfJson(request) }, own, newest);
  if (meeting === "hosted_run.older_attempt") throw new KrdcError("gone", meeting);
  if (meeting === "hosted_run.other_request") throw new KrdcError("conflict", meeting);
  return own && answerNow(ctx, own);
}

/** Another run of this peer may have brought the last file that this one waited for; whoever looks notices. */
async function answerNow(ctx: FrameworkContext, row: HostedRun): Promise<HostedRunAnswer> {
  if (row.outcome !== null) return answerOf(row);
  const missing = await listMissing(ctx, row);
  if (row.state !== "RECEIVED" || missing.length > 0) return answerOf(row, missing);
  await ctx.db.transaction((db) => queueWhenComplete(within(ctx, db), row));
  return answerOf((await selectHostedRun(ctx.db, row)) ?? row);
}

type Acceptance = { key: HostedKey; request: HostedRunRequest; claims: GrantClaims };

/** Uses up the grant and answers what is set aside for the attempt. Call under the locks that were taken for the use. */
async function redeem(
  ctx: FrameworkContext,
  { key, request, claims }: Acceptance,
  held: HeldForUse,
  before: HostedRun | undefined,
): Promise<Usage> {
  const [{ agreementId }] = claims.authorization_details;
  const reserved = await spendAgreement(ctx, held, {
    user: claims.sub,
    app: request.app,
    digest: request.digest,
    limits: request.limits,
    live: await countLiveOfAgreement(ctx.db, agreementId),
    isCounted: before !== undefined && (await hasRunUnder(ctx.db, key, agreementId)),
  });
  const isFirst = await insertRedeemed(ctx.db, { jti: claims.jti, ...key, redeemedAt: ctx.now() });
  if (!isFirst) throw new KrdcError("unauthenticated", "unauthenticated");
  if (!mayFollow(before)) throw new KrdcError("conflict", "hosted_run.attempt_still_live");
  return reserved;
}

/** Writes the accepted run, queued at once where all its files are here already. */
async function record(
  ctx: FrameworkContext,
  { key, request, claims }: Acceptance,
  reserved: Usage,
): Promise<HostedRunAnswer> {
  const [{ agreementId }] = claims.authorization_details;
  const missing = await listMissing(ctx, { home: key.home, request });
  const row = await insertHostedRun(ctx.db, {
    ...key,
    request,
    requestHash: digestOfJson(request),
    grantId: claims.jti,
    agreementId,
    userPseudonym: claims.sub,
    executionName: attemptName(key.runKey, key.attempt),
    state: missing.length > 0 ? "RECEIVED" : "QUEUED",
    seq: await nextEventSeq(ctx.db, key.home),
    reserved,
    leaseUntil: new Date(ctx.now().getTime() + ctx.timing.leaseMs),
    createdAt: ctx.now(),
  });
  if (missing.length === 0) await queueApp(ctx, row);
  await recordEntry(ctx.db, ctx.now(), {
    actor: `peer:${key.home}`,
    action: "hosted_run.accepted",
    subject: `hosted-run:${key.runKey}:${key.attempt}`,
    detail: { grant: claims.jti, agreement: agreementId, user: claims.sub, app: request.app },
  });
  return answerOf(row, missing);
}

/**
 * The one transaction of the door: replay row, agreement again under its lock, budget, hosted run, event, audit.
 * Of equal calls at once one accepts and the others are answered from its row.
 */
export async function acceptHostedRun(
  ctx: FrameworkContext,
  acceptance: Acceptance,
): Promise<{ status: 200 | 201; answer: HostedRunAnswer }> {
  const { key, request, claims } = acceptance;
  const [{ agreementId }] = claims.authorization_details;
  const accepted = await ctx.db.transaction(async (db) => {
    const inside = within(ctx, db);
    // Equal calls stand in line here: the agreement's row lock decides who is first.
    const held = await holdForUse(inside, { id: agreementId, app: request.app });
    const newest = await selectNewest(db, key.home, key.runKey);
    if (newest && newest.attempt >= key.attempt) return undefined;
    const answer = await record(inside, acceptance, await redeem(inside, acceptance, held, newest));
    failpoint("host.accept.before-commit");
    return answer;
  });
  if (accepted) failpoint("host.accept.after-commit");
  if (accepted) return { status: 201, answer: accepted };
  const known = await findKnownAnswer(ctx, key, request);
  if (!known) throw new TypeError("an accepted run has a row");
  return { status: 200, answer: known };
}

function queueApp(ctx: FrameworkContext, row: HostedRun): Promise<void> {
  const { executionName: name, runKey, attempt, home, request } = row;
  const what = { digest: request.digest, parameters: request.parameters, limits: request.limits };
  return queueExecution(ctx, { name, kind: "hosted", runKey, attempt, home, ...what });
}

/** Queues the app once every input file is here. Call inside a transaction. */
export async function queueWhenComplete(ctx: FrameworkContext, key: HostedKey): Promise<void> {
  const row = await lockHostedRun(ctx.db, key);
  if (row?.state !== "RECEIVED" || row.outcome !== null) return;
  if ((await listMissing(ctx, row)).length > 0) return;
  await updateHostedRun(ctx.db, key, { state: "QUEUED", seq: await nextEventSeq(ctx.db, key.home) });
  await queueApp(ctx, row);
}
