import { KrdcError } from "#server/errors";
import { type RunView, runView } from "#server/protocol/run-view";
import type { HubContext } from "../context";
import { callGateway } from "../gateways/framework-client";
import { findAuthorization } from "../grants/find-authorization";
import { findOwnRun } from "./find-own-run";

/** One's own run as its home shows it now: the home has the truth, the hub only knows where it lives. */
export async function getRun(ctx: HubContext, { id }: { id: string }): Promise<RunView> {
  const run = await findOwnRun(ctx, id);
  if (run.state === "REFUSED" || run.refusal !== null) throw new KrdcError("gone", run.refusal ?? "run.refused");
  const body = await callGateway(
    ctx,
    { cluster: run.home, user: ctx.user },
    { method: "GET", path: `/v1/runs/${id}`, timeoutMs: 10_000 },
  );
  const consent = await findAuthorization(ctx.db, id);
  const consentUntil = consent && !consent.revokedAt ? consent.expiresAt.toISOString() : null;
  return { ...runView.parse(body), consentUntil };
}
