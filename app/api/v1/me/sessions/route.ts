import { route } from "#server/auth/api/api-route";
import { listSessionsOperation } from "#server/hub/openapi/portal-operations";
import { listSessions } from "#server/hub/sessions/list-sessions";

export const GET = route(listSessionsOperation, (ctx) => listSessions(ctx));
