import { route } from "#server/auth/api/api-route";
import { cancelRunOperation } from "#server/hub/openapi/run-operations";
import { cancelRun } from "#server/hub/runs/cancel-run";

export const POST = route(cancelRunOperation, (ctx, { params }) => cancelRun(ctx, params));
