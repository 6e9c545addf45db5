import { clusterRoute } from "#server/auth/api/cluster-route";
import { getCheckpoint } from "#server/hub/audit/get-checkpoint";
import { checkpointOperation } from "#server/hub/openapi/audit-operations";

export const GET = clusterRoute(checkpointOperation, ["ACTIVE", "SUSPENDED"], (ctx) => getCheckpoint(ctx));
