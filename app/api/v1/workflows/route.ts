import { route } from "#server/auth/api/api-route";
import { createWorkflowOperation, listWorkflowsOperation } from "#server/hub/openapi/run-operations";
import { createWorkflow } from "#server/hub/workflows/create-workflow";
import { listWorkflows } from "#server/hub/workflows/list-workflows";

export const GET = route(listWorkflowsOperation, (ctx, { query }) => listWorkflows(ctx, query));
export const POST = route(createWorkflowOperation, (ctx, { body }) => createWorkflow(ctx, body));
