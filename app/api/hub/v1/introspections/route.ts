import { clusterRoute } from "#server/auth/api/cluster-route";
import { introspectGrant } from "#server/hub/grants/introspect-grant";
import { introspectionOperation } from "#server/hub/openapi/cluster-operations";

export const POST = clusterRoute(introspectionOperation, ["ACTIVE"], (ctx, { body }) => introspectGrant(ctx, body));
