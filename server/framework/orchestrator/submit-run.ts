import { randomBytes } from "node:crypto";
import { KrdcError } from "#server/errors";
import { stepGraph } from "#server/graph/order";
import { isLink, type Link, type Value } from "#server/graph/workflow";
import { digestOfJson } from "#server/protocol/canonical";
import type { PortalUser, RunSubmission } from "#server/protocol/framework-api";
import { filesIn } from "#server/protocol/hosted-run";
import { findImage } from "../apps/find-image";
import { type FrameworkContext, within } from "../context";
import { refuseForeignFiles } from "../storage/keep-artifact";
import { insertRun, selectRun } from "./runs.repo";

function isLiteral<T>(element: T | Link): element is T {
  return !isLink(element);
}

/** Everything that stands in the submission by value, so that files named by digest can be checked. */
function literalsOf(submission: RunSubmission): Record<string, Value> {
  const literals: Record<string, Value> = { ...submission.inputs };
  for (const [id, step] of Object.entries(submission.document.steps)) {
    for (const [name, bound] of Object.entries(step.with)) {
      if (isLink(bound)) continue;
      literals[`${id}.${name}`] = Array.isArray(bound) ? (bound.filter(isLiteral) as Value) : bound;
    }
  }
  return literals;
}

/** What would otherwise be noticed only when the step is due, when nobody is there to be told. */
function refuseIncomplete(submission: RunSubmission): void {
  for (const step of Object.keys(submission.document.steps)) {
    const placed = submission.placements[step];
    if (!placed || !submission.apps[step]) {
      throw new KrdcError("invalid", "request.invalid", { detail: { paths: [`document.steps.${step}`] } });
    }
    if (placed.placement === "remote" && !(placed.agreementId && submission.authorizationId)) {
      throw new KrdcError("unprocessable", "agreement.missing", { detail: { step } });
    }
  }
}

async function refuseUnknownImages(ctx: FrameworkContext, submission: RunSubmission): Promise<void> {
  for (const [id, placed] of Object.entries(submission.placements)) {
    const app = submission.apps[id];
    if (placed.placement === "remote" || !app) continue;
    const image = await findImage(ctx, app.digest);
    if (image?.state !== "PUBLISHED") {
      throw new KrdcError("unprocessable", "app.image_missing", { detail: { step: id, app: app.name } });
    }
  }
}

/** Takes a run in: acknowledged only once it is written with all that it needs. The same submission again is the same run. */
export async function submitRun(
  ctx: FrameworkContext,
  user: PortalUser,
  id: string,
  submission: RunSubmission,
): Promise<"made" | "known"> {
  const submissionHash = digestOfJson(submission);
  const known = await selectRun(ctx.db, id);
  if (known) {
    if (known.owner !== user.sub) throw new KrdcError("not_found", "run.not_found");
    if (known.submissionHash !== submissionHash) throw new KrdcError("conflict", "run.other_submission");
    return "known";
  }
  refuseIncomplete(submission);
  await refuseForeignFiles(ctx, `user:${user.sub}`, filesIn(literalsOf(submission)));
  await refuseUnknownImages(ctx, submission);
  const { parents } = stepGraph(submission.document);
  const now = ctx.now();
  const isRoot = (step: string) => (parents.get(step)?.size ?? 0) === 0;
  return ctx.db.transaction(async (db) => {
    const isNew = await insertRun(
      within(ctx, db).db,
      {
        id,
        number: submission.number,
        owner: user.sub,
        user,
        submission,
        submissionHash,
        salt: randomBytes(16).toString("hex"),
        createdAt: now,
      },
      Object.keys(submission.document.steps).map((step) => ({ step, wakeAt: isRoot(step) ? now : null })),
    );
    return isNew ? "made" : "known";
  });
}
