import { clusterRoute } from "#server/auth/api/cluster-route";
import { takeNext } from "#server/hub/mailbox/take-next";
import { nextCallsOperation } from "#server/hub/openapi/reach-operations";

export const POST = clusterRoute(nextCallsOperation, ["PENDING", "ACTIVE"], (ctx, { body, request: { signal } }) =>
  takeNext(ctx, { ...body, signal }),
);
