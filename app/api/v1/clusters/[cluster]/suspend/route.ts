import { route } from "#server/auth/api/api-route";
import { suspendCluster } from "#server/hub/clusters/suspend-cluster";
import { suspendClusterOperation } from "#server/hub/openapi/cluster-operations";

export const POST = route(suspendClusterOperation, (ctx, { params }) => suspendCluster(ctx, { name: params.cluster }));
