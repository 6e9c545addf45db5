import { attemptName, runKeyOf } from "#server/protocol/run-key";
import type { FrameworkContext } from "../context";
import { beginRemoteAttempt } from "../exchange/begin-remote-attempt";
import { queueExecution } from "../execution/queue-execution";
import { lockRun, updateStep, updateSubmission } from "./runs.repo";
import { limitsOf, type Run, resultsLifetimeDays, type StepRun } from "./step-run";

/** Makes the next attempt of a ready step: an execution here, or a proxy app for one elsewhere. Call inside a transaction. */
export async function startAttempt(
  ctx: FrameworkContext,
  run: Run,
  step: StepRun,
  cacheKey = step.cacheKey,
): Promise<void> {
  const app = run.submission.apps[step.step];
  const placed = run.submission.placements[step.step];
  if (!app || !placed) throw new TypeError("a submission names the app and place of each step");
  const attempt = step.attempt + 1;
  const runKey = runKeyOf({ homeId: ctx.name, runId: run.id, stepPath: step.step, index: step.index });
  const limits = limitsOf(app.resources);
  const isRemote = placed.placement === "remote";
  await updateStep(ctx.db, step, {
    attempt,
    cacheKey,
    state: isRemote ? "WAITING_GRANT" : "READY",
    end: null,
    exitCode: null,
    reason: null,
    outputs: {},
    logBytes: 0,
    startedAt: null,
    wakeAt: null,
    leaseUntil: null,
  });
  if (!isRemote) {
    const name = attemptName(runKey, attempt);
    const what = { digest: app.digest, parameters: step.parameters, limits };
    await queueExecution(ctx, { name, kind: "local", runKey, attempt, stepRunId: step.id, ...what });
    return;
  }
  await beginRemoteAttempt(ctx, {
    runKey,
    attempt,
    stepRunId: step.id,
    runId: run.id,
    host: placed.cluster,
    authorizationId: run.submission.authorizationId ?? "",
    agreementId: placed.agreementId ?? "",
    isScattered: step.isScattered,
    request: {
      runId: run.id,
      step: step.step,
      index: step.index,
      app: app.name,
      version: app.version,
      digest: app.digest,
      parameters: step.parameters,
      salt: run.salt,
      limits,
      resultsLifetimeDays,
    },
  });
}

/** From now on the attempts of these steps begin under these agreements. Call inside a transaction. */
export async function renewAgreements(
  ctx: FrameworkContext,
  runId: string,
  agreements: Readonly<Record<string, string>>,
): Promise<void> {
  const { submission } = await lockRun(ctx.db, runId);
  const placements = Object.entries(submission.placements).map(([step, placed]) => {
    const agreementId = Object.hasOwn(agreements, step) ? agreements[step] : undefined;
    return [step, agreementId && placed.agreementId ? { ...placed, agreementId } : placed] as const;
  });
  await updateSubmission(ctx.db, runId, { ...submission, placements: Object.fromEntries(placements) });
}
