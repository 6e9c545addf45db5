import { z } from "zod";
import { KrdcError } from "#server/errors";
import { bilingual } from "#server/graph/text";
import type { MyApp } from "#server/protocol/portal-views";
import type { HubContext } from "../context";
import { callGateway } from "../gateways/framework-client";
import { ownClusters } from "../market/listing";

const answer = z.object({
  items: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      digest: z.string(),
      title: bilingual,
      state: z.enum(["READY", "PUBLISHED", "WITHDRAWN"]),
    }),
  ),
});

async function appsAt(ctx: HubContext, cluster: string): Promise<MyApp[]> {
  const to = { cluster, user: ctx.user };
  const body = await callGateway(ctx, to, { method: "GET", path: "/v1/apps", timeoutMs: 10_000 });
  return answer
    .parse(body)
    .items.map(({ name, version, ...rest }) => ({ app: `${cluster}/${name}@${version}`, ...rest }));
}

/** Every version at the clusters where the one who asks may provide; clusters that are away are named, not hidden. */
export async function listMyApps(ctx: HubContext): Promise<{ items: MyApp[]; unreachable: string[] }> {
  const clusters = [...new Set(ownClusters(ctx.user))];
  const unreachable: string[] = [];
  const lists = await Promise.all(
    clusters.map((cluster) =>
      appsAt(ctx, cluster).catch((error: unknown) => {
        if (!(error instanceof KrdcError)) throw error;
        unreachable.push(cluster);
        return [];
      }),
    ),
  );
  return { items: lists.flat(), unreachable };
}
