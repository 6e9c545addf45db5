import { clusterRoute } from "#server/auth/api/cluster-route";
import { issueGrant } from "#server/hub/grants/issue-grant";
import { grantOperation } from "#server/hub/openapi/cluster-operations";

export const POST = clusterRoute(grantOperation, ["ACTIVE"], (ctx, { body }) => issueGrant(ctx, body));
