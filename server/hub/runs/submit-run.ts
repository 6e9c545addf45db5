import { randomUUID } from "node:crypto";
import { KrdcError } from "#server/errors";
import { failpoint } from "#server/failpoint";
import { appPath } from "#server/graph/app";
import type { Value } from "#server/graph/workflow";
import type { RunSubmission } from "#server/protocol/framework-api";
import type { RunState } from "#server/protocol/states";
import type { Agreement } from "../agreements/agreement";
import { getActiveCluster } from "../clusters/get-active-cluster";
import type { HubContext } from "../context";
import { callGateway } from "../gateways/framework-client";
import { authorizeRun } from "../grants/authorize-run";
import { revokeAuthorization } from "../grants/revoke-authorization";
import { agreeOnRemoteSteps } from "../planning/agree-on-remote-steps";
import { type CheckedDraft, checkSubmission, refuseProblems } from "../planning/check-submission";
import { checkUse } from "../planning/check-use";
import { appsByStep, authorizedSteps, digestOfMeaning, pinned, placementsOf, type Run, shownState } from "./run";
import { findOwn, insertRun, reopen, settleSubmitting } from "./runs.repo";

export type RunRequest = {
  /** Made by the caller, so that asking again after a lost answer makes no second run. */
  id?: string | undefined;
  workflow: unknown;
  workflowId?: string | undefined;
  home: string;
  inputs: Record<string, Value>;
};
export type Submitted = { id: string; number: number; state: RunState };

/** Checks, agrees, authorizes, notes the run, and only then hands it to its home; what may be wrong is told before anything is sent. */
export async function submitRun(ctx: HubContext, request: RunRequest): Promise<Submitted> {
  const checked = await checkSubmission(ctx, request);
  if (checked.problems.length > 0) throw refuseProblems(checked.problems);
  await getActiveCluster(ctx.db, request.home);
  const agreements = await agreeOnRemoteSteps(ctx, checked);
  refuseUse(checked, request, agreements);
  const submission = submissionOf(checked, request, agreements);
  failpoint("hub.submit.before-commit");
  const run = await noteRun(ctx, request, submission);
  if (run.state !== "SUBMITTING") return { id: run.id, number: run.number, state: shownState(run.state) };
  const authorizationId = await authorize(ctx, run, submission, agreements);
  await handOver(ctx, run, { ...submission, number: run.number, authorizationId });
  return { id: run.id, number: run.number, state: "QUEUED" };
}

/** What an agreement says of parameters and networks is known only once there is one. */
function refuseUse(checked: CheckedDraft, { inputs }: RunRequest, agreements: ReadonlyMap<string, Agreement>): void {
  const terms = new Map([...agreements].map(([path, { document }]) => [path, document]));
  const problems = checkUse(checked, inputs, terms);
  if (problems.length > 0) throw refuseProblems(problems);
}

type Unnumbered = Omit<RunSubmission, "number" | "authorizationId">;

function submissionOf(checked: CheckedDraft, request: RunRequest, agreements: Map<string, Agreement>): Unnumbered {
  const { document: written, apps: byRef, places } = checked;
  const document = pinned(written, byRef);
  return {
    document,
    workflowDigest: digestOfMeaning(document),
    inputs: request.inputs,
    apps: appsByStep(written, byRef),
    placements: placementsOf(written, places, byRef, agreements),
  };
}

/** The row stands before the call, so that a run whose answer was lost is still known. */
async function noteRun(ctx: HubContext, request: RunRequest, submission: Unnumbered): Promise<Run> {
  const id = request.id ?? randomUUID();
  const places = Object.values(submission.placements);
  const made = await insertRun(ctx.db, {
    id,
    memberId: ctx.user.id,
    home: request.home,
    title: submission.document.title,
    workflowId: request.workflowId ?? null,
    workflowDigest: submission.workflowDigest,
    clusters: [...new Set([request.home, ...places.map(({ cluster }) => cluster)])],
    apps: [...new Set(Object.values(submission.apps).map(appPath))],
    stepsTotal: places.length,
    createdAt: ctx.now(),
  });
  if (made) return made;
  const known = await findOwn(ctx.db, ctx.user.id, id);
  const isSame = known?.workflowDigest === submission.workflowDigest && known.home === request.home;
  if (!known || !isSame) throw new KrdcError("conflict", "run.id_taken");
  if (known.state !== "REFUSED") return known;
  await reopen(ctx.db, ctx.user.id, id);
  return { ...known, state: "SUBMITTING" };
}

async function authorize(
  ctx: HubContext,
  run: Run,
  submission: Unnumbered,
  agreements: Map<string, Agreement>,
): Promise<string | null> {
  const steps = authorizedSteps(submission.document, submission.placements, submission.apps);
  if (Object.keys(steps).length === 0) return null;
  const consent = {
    memberId: ctx.user.id,
    account: ctx.user.account,
    runId: run.id,
    home: run.home,
    workflowDigest: submission.workflowDigest,
    steps,
    agreementsEnd: new Date(Math.min(...[...agreements.values()].map(({ expiresAt }) => expiresAt.getTime()))),
  };
  return (await authorizeRun(ctx.db, consent, ctx.now())).id;
}

/** A home that is away leaves the row SUBMITTING: the same id may be sent again, or the hub's loop learns what became of it. */
async function handOver(ctx: HubContext, run: Run, submission: RunSubmission): Promise<void> {
  const to = { cluster: run.home, user: ctx.user };
  try {
    failpoint("hub.submit.before-send");
    await callGateway(ctx, to, { method: "PUT", path: `/v1/runs/${run.id}`, json: submission });
    failpoint("hub.submit.after-send");
  } catch (error) {
    // Home knows this id with another body: it has the run, so nothing of it may be taken back.
    const isTaken = error instanceof KrdcError && error.reason === "run.other_submission";
    if (error instanceof KrdcError && !error.retryable && !isTaken) {
      await settleSubmitting(ctx.db, run.id, { state: "REFUSED", refusal: error.reason, endedAt: ctx.now() });
      await revokeAuthorization(ctx.db, run.id, ctx.now());
    }
    throw error;
  }
  await settleSubmitting(ctx.db, run.id, { state: "QUEUED" });
}
