import { KrdcError } from "#server/errors";
import { cachePermission } from "#server/protocol/cache-permission";
import type { GrantRequest } from "#server/protocol/framework-api";
import { hashesOf } from "#server/protocol/hosted-run";
import { runKeyOf } from "#server/protocol/run-key";
import { findImage } from "../apps/find-image";
import type { FrameworkContext } from "../context";
import { callHub } from "../identity/call-hub";
import { limitsOf, type Run, resultsLifetimeDays, type StepRun } from "../orchestrator/step-run";

/** What would be asked for the first attempt of this step. */
function requestOf(ctx: FrameworkContext, run: Run, step: StepRun): GrantRequest | undefined {
  const { apps, placements, authorizationId } = run.submission;
  const [app, placed] = [apps[step.step], placements[step.step]];
  if (!app || !placed?.agreementId || !authorizationId) return undefined;
  const what = { runId: run.id, step: step.step, index: step.index, attempt: 1 };
  return {
    ...{ authorizationId, agreementId: placed.agreementId, host: placed.cluster },
    ...{ app: app.name, version: app.version, digest: app.digest, ...what },
    runKey: runKeyOf({ homeId: ctx.name, runId: run.id, stepPath: step.step, index: step.index }),
    ...hashesOf({ parameters: step.parameters, salt: run.salt }),
    limits: limitsOf(app.resources),
    resultsLifetimeDays,
    previous: { kind: "none" },
  };
}

/** The hub's answer; without one nothing is taken from the cache, and the step runs or waits as it would have. */
async function isPermitted(ctx: FrameworkContext, request: GrantRequest): Promise<boolean> {
  try {
    const answer = await callHub(ctx, { method: "POST", path: "/cache-permissions", json: request });
    return cachePermission.parse(answer).isAllowed;
  } catch (error) {
    if (!(error instanceof KrdcError)) throw error;
    ctx.log.info({ run: request.runId, step: request.step, reason: error.reason }, "a cached result was not permitted");
    return false;
  }
}

/** Whether the person could have this step run now: here while the image is published, elsewhere if a grant would be made. */
export async function mayBeAnswered(ctx: FrameworkContext, run: Run, step: StepRun): Promise<boolean> {
  if (run.submission.placements[step.step]?.placement !== "remote") {
    const image = await findImage(ctx, run.submission.apps[step.step]?.digest ?? "");
    return image?.state === "PUBLISHED";
  }
  const request = requestOf(ctx, run, step);
  return request !== undefined && isPermitted(ctx, request);
}
