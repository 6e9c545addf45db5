import { z } from "zod";
import { KrdcError } from "#server/errors";
import { appReference, appVersion } from "#server/graph/app";
import type { HubContext } from "../context";
import { callGateway } from "../gateways/framework-client";
import { may } from "../members/may";

const answer = z.object({ app: appVersion });
export type Wanted = { cluster: string; name: string; version: string };

/** The framework publishes and lists it at the hub by its own key; when this returns, market and submit accept the version. */
export async function publishApp(ctx: HubContext, wanted: Wanted): Promise<{ app: string; digest: string }> {
  const { cluster, name, version } = wanted;
  if (!may(ctx.user, "app.publish", { cluster })) {
    throw new KrdcError("forbidden", "app.publish_forbidden", { detail: { cluster } });
  }
  const path = `/v1/apps/${name}/versions/${encodeURIComponent(version)}/publish` as const;
  const to = { cluster, user: ctx.user };
  const body = await callGateway(ctx, to, { method: "POST", path, json: {}, timeoutMs: 60_000 });
  const { app } = answer.parse(body);
  return { app: appReference(app), digest: app.digest };
}
