import { type AppVersion, appPath } from "#server/graph/app";
import type { PlanStep, RunPlan } from "#server/protocol/run-rows";
import { listHeldApps } from "../agreements/list-held-apps";
import type { HubContext } from "../context";
import { checkSubmission, type Draft } from "./check-submission";
import { checkUse } from "./check-use";

const isOpen = (app: AppVersion | undefined): app is AppVersion => app?.access.remote === "open";

/** A dry run: where each step would run, why, and whether the person may; nothing is made or asked of anybody. */
export async function planRun(ctx: HubContext, draft: Draft): Promise<RunPlan> {
  const checked = await checkSubmission(ctx, draft);
  const { document, apps, places } = checked;
  const { granted, takenAway, terms } = await listHeldApps(ctx.db, ctx.user.id, ctx.now());
  const steps = places.map((place): PlanStep => {
    const ref = document.steps[place.id]?.app;
    const app = ref === undefined ? undefined : apps.get(ref);
    const isRemote = place.placement === "remote";
    if (!isRemote || (app && granted.has(appPath(app)))) return { ...place, permission: "yes" };
    return { ...place, permission: isOpen(app) && !takenAway.has(appPath(app)) ? "open" : "missing" };
  });
  const problems = [...checked.problems, ...checkUse(checked, draft.inputs, terms)];
  // A plan may be asked before anybody chose files; at submit a missing input is a problem.
  return { steps, problems: problems.filter(({ code }) => code !== "input.missing") };
}
