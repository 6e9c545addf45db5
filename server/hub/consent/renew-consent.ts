import { KrdcError } from "#server/errors";
import { type AppVersion, appPath, appReference } from "#server/graph/app";
import type { Agreement } from "../agreements/agreement";
import { getActiveCluster } from "../clusters/get-active-cluster";
import type { HubContext } from "../context";
import { callGateway } from "../gateways/framework-client";
import { findAuthorization } from "../grants/find-authorization";
import type { Authorization } from "../grants/grant";
import { renewAuthorization } from "../grants/renew-authorization";
import { resolveApps } from "../market/resolve-apps";
import { agreeOnApps } from "../planning/agree-on-remote-steps";
import { findOwnRun } from "../runs/find-own-run";
import { getRun } from "../runs/get-run";
import type { Run } from "../runs/run";

export type RenewedConsent = { id: string; consentUntil: string };

const isMade = (state: string) => state === "SUCCEEDED" || state === "CACHED";

/** The steps that may still run, as the home tells; all of them while it cannot be asked. */
async function openSteps(ctx: HubContext, run: Run, { steps }: Authorization): Promise<string[]> {
  const all = Object.keys(steps);
  try {
    const view = await getRun(ctx, { id: run.id });
    const open = new Set(view.steps.filter(({ state }) => !isMade(state)).map(({ id }) => id));
    return all.filter((id) => open.has(id));
  } catch (error) {
    if (error instanceof KrdcError && error.retryable) return all;
    throw error;
  }
}

/** Exactly the app versions that were consented to; one that was withdrawn since, or is another image now, is refused. */
async function appsOf(ctx: HubContext, { steps }: Authorization, open: string[]) {
  const wanted = open.flatMap((id) => {
    const step = steps[id];
    return step ? [{ id, step, ref: appReference({ ...step, cluster: step.host, name: step.app }) }] : [];
  });
  const { apps } = await resolveApps(
    ctx.db,
    wanted.map(({ ref }) => ref),
  );
  return wanted.map(({ id, step, ref }) => {
    const app = apps.get(ref);
    if (app?.digest !== step.digest)
      throw new KrdcError("forbidden", "app.withdrawn", { detail: { app: ref, step: id } });
    return { id, app };
  });
}

/** The same question that is asked at submit: does the member hold a living agreement for each app, or an open offer. */
async function agreementsOf(ctx: HubContext, remote: { id: string; app: AppVersion }[]) {
  const byApp = new Map<string, { app: AppVersion; steps: string[] }>();
  for (const { id, app } of remote) {
    byApp.set(appPath(app), { app, steps: [...(byApp.get(appPath(app))?.steps ?? []), id] });
  }
  const held = await agreeOnApps(ctx, byApp);
  return new Map(
    remote.flatMap(({ id, app }): [string, Agreement][] => {
      const agreement = held.get(appPath(app));
      return agreement ? [[id, agreement]] : [];
    }),
  );
}

/** A home that is away looks by itself. */
async function tellHome(ctx: HubContext, { id, home }: Run): Promise<void> {
  try {
    await callGateway(
      ctx,
      { cluster: home, user: ctx.user },
      { method: "POST", path: `/v1/runs/${id}/consent`, json: {} },
    );
  } catch (error) {
    const reason = error instanceof KrdcError ? error.reason : String(error);
    ctx.log.info({ run: id, home, reason }, "a renewed consent was not told at once");
  }
}

/**
 * The run's own person consents once more to what they consented to at submit: the same apps, hosts and images, with the
 * checks of a submit, and never more.
 */
export async function renewConsent(ctx: HubContext, { id }: { id: string }): Promise<RenewedConsent> {
  const run = await findOwnRun(ctx, id);
  const authorization = await findAuthorization(ctx.db, id);
  if (!authorization) throw new KrdcError("conflict", "consent.not_needed");
  if (authorization.revokedAt) throw new KrdcError("forbidden", "authorization.revoked");
  await getActiveCluster(ctx.db, run.home);
  const open = await openSteps(ctx, run, authorization);
  if (open.length === 0) throw new KrdcError("conflict", "consent.not_needed");
  const agreements = await agreementsOf(ctx, await appsOf(ctx, authorization, open));
  const renewal = { runId: id, account: ctx.user.account, agreements };
  const { expiresAt } = await renewAuthorization(ctx.db, renewal, ctx.now());
  await tellHome(ctx, run);
  return { id, consentUntil: expiresAt.toISOString() };
}
