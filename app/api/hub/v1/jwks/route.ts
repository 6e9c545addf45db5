import { publicRoute } from "#server/auth/api/api-route";
import { publishedKeysOf } from "#server/hub/keys/published-keys";
import { jwksOperation } from "#server/hub/openapi/cluster-operations";

export const GET = publicRoute(jwksOperation, async (ctx) => publishedKeysOf(ctx));
