import { route } from "#server/auth/api/api-route";
import { deleteWorkflowOperation, getWorkflowOperation } from "#server/hub/openapi/run-operations";
import { deleteWorkflow } from "#server/hub/workflows/delete-workflow";
import { getWorkflow } from "#server/hub/workflows/get-workflow";

export const GET = route(getWorkflowOperation, (ctx, { params }) => getWorkflow(ctx, params));
export const DELETE = route(deleteWorkflowOperation, (ctx, { params }) => deleteWorkflow(ctx, params));
