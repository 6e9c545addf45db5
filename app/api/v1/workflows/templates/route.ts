import { route } from "#server/auth/api/api-route";
import { listTemplatesOperation } from "#server/hub/openapi/run-operations";
import { listTemplates } from "#server/hub/workflows/list-templates";

export const GET = route(listTemplatesOperation, (ctx) => listTemplates(ctx));
