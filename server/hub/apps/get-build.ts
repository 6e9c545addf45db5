import { KrdcError } from "#server/errors";
import type { Parameter } from "#server/graph/app";
import { type BuildView, buildView } from "#server/protocol/framework-api";
import type { HubContext } from "../context";
import { callGateway } from "../gateways/framework-client";
import { may } from "../members/may";

export type BuildQuery = { cluster: string; id: string; logOffset: number; wait: number; signal: AbortSignal };
/** With the probed parameters at the top, where forms and the command line read them. */
export type Build = BuildView & { parameters: Parameter[] | null };

/** How a build stands, with its log since an offset; waits up to `wait` seconds for news. */
export async function getBuild(ctx: HubContext, query: BuildQuery): Promise<Build> {
  const { cluster, id, logOffset, wait, signal } = query;
  if (!may(ctx.user, "app.register", { cluster })) throw new KrdcError("not_found", "build.not_found");
  const path = `/v1/builds/${id}?logOffset=${logOffset}&wait=${wait}` as const;
  const to = { cluster, user: ctx.user };
  const view = buildView.parse(await callGateway(ctx, to, { method: "GET", path, timeoutMs: 60_000, signal }));
  return { ...view, parameters: view.version?.parameters ?? null };
}
