import { localRoute } from "#server/auth/api/local-route";
import { listClusters } from "#server/hub/clusters/list-clusters";
import { localUser } from "#server/hub/members/member";
import { localClustersOperation } from "#server/hub/openapi/portal-operations";

export const GET = localRoute(localClustersOperation, async (ctx) => {
  const rows = await listClusters({ ...ctx, user: localUser(["hub-operator"]) });
  return { items: rows.map(({ name, state }) => ({ name, state })) };
});
