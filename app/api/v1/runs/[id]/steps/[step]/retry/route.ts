import { route } from "#server/auth/api/api-route";
import { retryStepOperation } from "#server/hub/openapi/run-operations";
import { retryRun } from "#server/hub/runs/retry-run";

export const POST = route(retryStepOperation, (ctx, { params, body }) => retryRun(ctx, { ...params, ...body }));
