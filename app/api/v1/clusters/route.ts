import { route } from "#server/auth/api/api-route";
import { listClusters } from "#server/hub/clusters/list-clusters";
import { listClustersOperation } from "#server/hub/openapi/cluster-operations";

export const GET = route(listClustersOperation, async (ctx) => ({ items: await listClusters(ctx) }));
