import { KrdcError } from "#server/errors";
import { type AppVersion, appPath } from "#server/graph/app";
import type { StepPlacement } from "#server/graph/plan";
import type { Workflow } from "#server/graph/workflow";
import type { Agreement } from "../agreements/agreement";
import { ensureAgreement } from "../agreements/ensure-agreement";
import type { HubContext } from "../context";

type Placed = { document: Workflow; places: readonly StepPlacement[]; apps: ReadonlyMap<string, AppVersion> };
type RefusedStep = { step: string; app: string; cluster: string; code: string };

/** The remote steps of each app. */
function remoteApps({ document, places, apps }: Placed): Map<string, { app: AppVersion; steps: string[] }> {
  const found = new Map<string, { app: AppVersion; steps: string[] }>();
  for (const { id, placement } of places) {
    const ref = document.steps[id]?.app;
    const app = placement === "remote" && ref !== undefined ? apps.get(ref) : undefined;
    if (!app) continue;
    const known = found.get(appPath(app));
    found.set(appPath(app), { app, steps: [...(known?.steps ?? []), id] });
  }
  return found;
}

type RemoteApps = ReadonlyMap<string, { app: AppVersion; steps: string[] }>;

/** A living agreement for every app that will run elsewhere, by `cluster/app`; every step without one is told at once. */
export const agreeOnRemoteSteps = (ctx: HubContext, placed: Placed): Promise<Map<string, Agreement>> =>
  agreeOnApps(ctx, remoteApps(placed));

/** The same for apps that are known to run elsewhere. */
export async function agreeOnApps(ctx: HubContext, remote: RemoteApps): Promise<Map<string, Agreement>> {
  const agreements = new Map<string, Agreement>();
  const refusals: { error: KrdcError; steps: RefusedStep[] }[] = [];
  for (const [path, { app, steps }] of remote) {
    try {
      agreements.set(path, await ensureAgreement(ctx, app));
    } catch (error) {
      if (!(error instanceof KrdcError)) throw error;
      const { reason: code } = error;
      refusals.push({ error, steps: steps.map((step) => ({ step, app: path, cluster: app.cluster, code })) });
    }
  }
  const [first] = refusals;
  if (!first) return agreements;
  const detail = { ...first.error.detail, steps: refusals.flatMap(({ steps }) => steps) };
  throw new KrdcError(first.error.kind, first.error.reason, { cause: first.error, detail });
}
