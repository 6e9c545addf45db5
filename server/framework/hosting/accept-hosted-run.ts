import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import { failpoint } from "#server/failpoint";
import { digestOfJson } from "#server/protocol/canonical";
import type { GrantClaims } from "#server/protocol/grant";
import { filesIn, type HostedRunAnswer, type HostedRunRequest } from "#server/protocol/hosted-run";
import { attemptName } from "#server/protocol/run-key";
import type { Usage } from "#server/protocol/usage";
import { holdForUse, spendAgreement } from "../agreements/use-agreement";
import { type FrameworkContext, within } from "../context";
import { queueExecution } from "../execution/queue-execution";
import { listForeignArtifacts } from "../storage/keep-artifact";
import { answerOf, type HostedRun } from "./hosted-run";
import {
  countLiveOfAgreement,
  type HostedKey,
  insertHostedRun,
  insertRedeemed,
  lockHostedRun,
  selectHostedRun,
  selectNewest,
  updateHostedRun,
} from "./hosted-runs.repo";
import { nextEventSeq } from "./peers.repo";

const hashOfRequest = (request: unknown) => digestOfJson(request);

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
  const row = await selectHostedRun(ctx.db, key);
  if (row) {
    if (row.requestHash !== hashOfRequest(request)) throw new KrdcError("conflict", "hosted_run.other_request");
    return answerNow(ctx, row);
  }
  const newest = await selectNewest(ctx.db, key.home, key.runKey);
  if (newest && newest.attempt > key.attempt) throw new KrdcError("gone", "hosted_run.older_attempt");
  return undefined;
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

/** Answers what is set aside for the attempt. */
async function redeem(ctx: FrameworkContext, { key, request, claims }: Acceptance): Promise<Usage> {
  const [details] = claims.authorization_details;
  const newest = await selectNewest(ctx.db, key.home, key.runKey);
  const reserved = await spendAgreement(ctx, details.agreementId, {
    user: claims.sub,
    app: request.app,
    digest: request.digest,
    limits: request.limits,
    live: await countLiveOfAgreement(ctx.db, details.agreementId),
    isCounted: newest !== undefined,
  });
  const isFirst = await insertRedeemed(ctx.db, { jti: claims.jti, ...key, redeemedAt: ctx.now() });
  if (!isFirst) throw new KrdcError("unauthenticated", "unauthenticated");
  if (newest && newest.outcome === null) throw new KrdcError("conflict", "hosted_run.attempt_still_live");
  return reserved;
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
  const [details] = claims.authorization_details;
  const status = await ctx.db.transaction(async (db): Promise<200 | 201> => {
    const inside = within(ctx, db);
    // Equal calls stand in line here: the agreement's row lock decides who is first.
    await holdForUse(inside, { id: details.agreementId, app: request.app });
    if (await selectHostedRun(db, key)) return 200;
    const reserved = await redeem(inside, acceptance);
    await insertHostedRun(db, {
      ...key,
      request,
      requestHash: hashOfRequest(request),
      grantId: claims.jti,
      agreementId: details.agreementId,
      userPseudonym: claims.sub,
      executionName: attemptName(key.runKey, key.attempt),
      seq: await nextEventSeq(db, key.home),
      reserved,
      leaseUntil: new Date(ctx.now().getTime() + ctx.timing.leaseMs),
      createdAt: ctx.now(),
    });
    const subject = `hosted-run:${key.runKey}:${key.attempt}`;
    const detail = { grant: claims.jti, agreement: details.agreementId, user: claims.sub, app: request.app };
    await recordEntry(inside.db, ctx.now(), {
      actor: `peer:${key.home}`,
      action: "hosted_run.accepted",
      subject,
      detail,
    });
    await queueWhenComplete(inside, key);
    failpoint("host.accept.before-commit");
    return 201;
  });
  if (status === 201) failpoint("host.accept.after-commit");
  const answer = await findKnownAnswer(ctx, key, request);
  if (!answer) throw new TypeError("an accepted run has a row");
  return { status, answer };
}

/** Queues the app once every input file is here. Call inside a transaction. */
export async function queueWhenComplete(ctx: FrameworkContext, key: HostedKey): Promise<void> {
  const row = await lockHostedRun(ctx.db, key);
  if (row?.state !== "RECEIVED" || row.outcome !== null) return;
  if ((await listMissing(ctx, row)).length > 0) return;
  await updateHostedRun(ctx.db, key, { state: "QUEUED", seq: await nextEventSeq(ctx.db, key.home) });
  const { runKey, attempt, home, request } = row;
  const what = { digest: request.digest, parameters: request.parameters, limits: request.limits };
  await queueExecution(ctx, { name: row.executionName, kind: "hosted", runKey, attempt, home, ...what });
}
