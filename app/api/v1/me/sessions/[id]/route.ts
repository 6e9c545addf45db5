import { route } from "#server/auth/api/api-route";
import { revokeSessionOperation } from "#server/hub/openapi/portal-operations";
import { revokeSession } from "#server/hub/sessions/revoke-session";

export const DELETE = route(revokeSessionOperation, (ctx, { params }) => revokeSession(ctx, params));
