import type { HubContext } from "../context";
import { callGateway } from "../gateways/framework-client";
import { findOwnRun } from "./find-own-run";

export type Retry = { id: string; step?: string | undefined; index?: number | undefined };

/** A person's new attempt of what failed: one step, one of its instances, or everything. */
export async function retryRun(ctx: HubContext, { id, step, index }: Retry): Promise<unknown> {
  const run = await findOwnRun(ctx, id);
  const to = { cluster: run.home, user: ctx.user };
  const json = { ...(step === undefined ? {} : { step }), ...(index === undefined ? {} : { index }) };
  return (await callGateway(ctx, to, { method: "POST", path: `/v1/runs/${id}/retry`, json })) ?? { id };
}
