import type { HubContext } from "../context";
import { callGateway } from "../gateways/framework-client";
import { findOwnRun } from "./find-own-run";

/** `understood` is the person's word that the step may run twice; its home refuses without it. */
export type Abandonment = { id: string; step: string; index: number; understood: "it_may_run_twice" };

/** A person gives up an attempt whose host cannot be asked; its home decides whether it really is lost, and audits it. */
export async function abandonStep(ctx: HubContext, { id, step, index, understood }: Abandonment): Promise<unknown> {
  const run = await findOwnRun(ctx, id);
  const to = { cluster: run.home, user: ctx.user };
  const path = `/v1/runs/${id}/steps/${step}/${index}/abandon` as const;
  return (await callGateway(ctx, to, { method: "POST", path, json: { understood } })) ?? { id };
}
