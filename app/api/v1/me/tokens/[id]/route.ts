import { route } from "#server/auth/api/api-route";
import { revokeTokenOperation } from "#server/hub/openapi/portal-operations";
import { revokeApiToken } from "#server/hub/tokens/revoke-api-token";

export const DELETE = route(revokeTokenOperation, (ctx, { params }) => revokeApiToken(ctx, params));
