import { clusterRoute } from "#server/auth/api/cluster-route";
import { takeDecision } from "#server/hub/agreements/take-decision";
import { decisionOperation } from "#server/hub/openapi/cluster-operations";

export const POST = clusterRoute(decisionOperation, ["ACTIVE", "SUSPENDED"], (ctx, { params, body }) =>
  takeDecision(ctx, params.id, body),
);
