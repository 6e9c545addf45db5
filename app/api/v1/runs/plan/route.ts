import { route } from "#server/auth/api/api-route";
import { planRunOperation } from "#server/hub/openapi/run-operations";
import { planRun } from "#server/hub/planning/plan-run";

export const POST = route(planRunOperation, (ctx, { body }) => planRun(ctx, body));
