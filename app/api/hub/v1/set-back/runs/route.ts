import { clusterRoute } from "#server/auth/api/cluster-route";
import { runsOfHomeOperation } from "#server/hub/openapi/restore-operations";
import { listRunsOfHome } from "#server/hub/restore/list-runs-of-home";

export const POST = clusterRoute(runsOfHomeOperation, ["ACTIVE", "SUSPENDED"], (ctx, { body }) =>
  listRunsOfHome(ctx, body),
);
