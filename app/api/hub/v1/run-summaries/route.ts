import { clusterRoute } from "#server/auth/api/cluster-route";
import { runSummariesOperation } from "#server/hub/openapi/cluster-operations";
import { recordSummaries } from "#server/hub/runs/record-summaries";

export const POST = clusterRoute(runSummariesOperation, ["ACTIVE", "SUSPENDED"], (ctx, { body }) =>
  recordSummaries(ctx, body),
);
