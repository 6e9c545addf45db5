import { route } from "#server/auth/api/api-route";
import { abandonStepOperation } from "#server/hub/openapi/run-operations";
import { abandonStep } from "#server/hub/runs/abandon-step";

export const POST = route(abandonStepOperation, (ctx, { params, body }) => abandonStep(ctx, { ...params, ...body }));
