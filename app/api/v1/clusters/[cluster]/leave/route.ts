import { route } from "#server/auth/api/api-route";
import { leaveCluster } from "#server/hub/clusters/leave-cluster";
import { leaveClusterOperation } from "#server/hub/openapi/cluster-operations";

export const POST = route(leaveClusterOperation, (ctx, { params }) => leaveCluster(ctx, { name: params.cluster }));
