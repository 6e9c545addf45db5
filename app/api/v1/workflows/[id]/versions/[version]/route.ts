import { route } from "#server/auth/api/api-route";
import { getWorkflowVersionOperation } from "#server/hub/openapi/run-operations";
import { getWorkflowVersion } from "#server/hub/workflows/get-workflow";

export const GET = route(getWorkflowVersionOperation, (ctx, { params }) => getWorkflowVersion(ctx, params));
