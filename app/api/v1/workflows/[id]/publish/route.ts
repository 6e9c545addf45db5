import { route } from "#server/auth/api/api-route";
import { publishWorkflowOperation } from "#server/hub/openapi/run-operations";
import { publishWorkflow } from "#server/hub/workflows/publish-workflow";

export const POST = route(publishWorkflowOperation, (ctx, { params }) => publishWorkflow(ctx, params));
