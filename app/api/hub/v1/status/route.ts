import { clusterRoute } from "#server/auth/api/cluster-route";
import { statusOperation } from "#server/hub/openapi/cluster-operations";
import { answerStatus } from "#server/hub/status/answer-status";

export const POST = clusterRoute(statusOperation, ["ACTIVE", "SUSPENDED"], (ctx, { body }) => answerStatus(ctx, body));
