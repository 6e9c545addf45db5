import { clusterRoute } from "#server/auth/api/cluster-route";
import { takeCheckpoint } from "#server/hub/audit/take-checkpoint";
import { checkpointsOperation } from "#server/hub/openapi/audit-operations";

// A suspended cluster's word about its own past is evidence all the same.
export const POST = clusterRoute(checkpointsOperation, ["ACTIVE", "SUSPENDED"], (ctx, { body }) =>
  takeCheckpoint(ctx, body),
);
