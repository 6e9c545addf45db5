import { clusterRoute } from "#server/auth/api/cluster-route";
import { readCallBody } from "#server/hub/mailbox/read-call-body";
import { callBodyOperation } from "#server/hub/openapi/reach-operations";

export const GET = clusterRoute(callBodyOperation, ["ACTIVE"], (ctx, { params }) => readCallBody(ctx, params.id));
