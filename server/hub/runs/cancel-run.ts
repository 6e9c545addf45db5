import type { HubContext } from "../context";
import { callGateway } from "../gateways/framework-client";
import { findOwnRun } from "./find-own-run";

/** Asks the home to end the run; its steps are CANCELLING until their hosts have acknowledged. */
export async function cancelRun(ctx: HubContext, { id }: { id: string }): Promise<unknown> {
  const run = await findOwnRun(ctx, id);
  const to = { cluster: run.home, user: ctx.user };
  return (await callGateway(ctx, to, { method: "POST", path: `/v1/runs/${id}/cancel`, json: {} })) ?? { id };
}
