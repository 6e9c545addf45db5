import { clusterRoute } from "#server/auth/api/cluster-route";
import { permitCached } from "#server/hub/consent/permit-cached";
import { cachePermissionOperation } from "#server/hub/openapi/consent-operations";

export const POST = clusterRoute(cachePermissionOperation, ["ACTIVE"], (ctx, { body }) => permitCached(ctx, body));
