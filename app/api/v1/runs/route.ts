import { route } from "#server/auth/api/api-route";
import { listRunsOperation, submitRunOperation } from "#server/hub/openapi/run-operations";
import { listRuns } from "#server/hub/runs/list-runs";
import { submitRun } from "#server/hub/runs/submit-run";

export const GET = route(listRunsOperation, (ctx, { query }) => listRuns(ctx, query));
export const POST = route(submitRunOperation, (ctx, { body }) => submitRun(ctx, body));
