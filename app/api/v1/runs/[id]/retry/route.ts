import { route } from "#server/auth/api/api-route";
import { retryRunOperation } from "#server/hub/openapi/run-operations";
import { retryRun } from "#server/hub/runs/retry-run";

export const POST = route(retryRunOperation, (ctx, { params }) => retryRun(ctx, params));
