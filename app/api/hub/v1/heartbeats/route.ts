import { clusterRoute } from "#server/auth/api/cluster-route";
import { recordHeartbeat } from "#server/hub/clusters/record-heartbeat";
import { heartbeatOperation } from "#server/hub/openapi/cluster-operations";

export const POST = clusterRoute(heartbeatOperation, ["PENDING", "ACTIVE", "SUSPENDED"], (ctx, { body }) =>
  recordHeartbeat(ctx, body),
);
