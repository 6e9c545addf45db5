import { route } from "#server/auth/api/api-route";
import { getRunOperation } from "#server/hub/openapi/run-operations";
import { getRun } from "#server/hub/runs/get-run";

export const GET = route(getRunOperation, (ctx, { params }) => getRun(ctx, params));
