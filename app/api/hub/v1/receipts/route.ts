import { clusterRoute } from "#server/auth/api/cluster-route";
import { receiptsOperation } from "#server/hub/openapi/cluster-operations";
import { recordReceipts } from "#server/hub/usage/record-receipts";

export const POST = clusterRoute(receiptsOperation, ["ACTIVE", "SUSPENDED"], (ctx, { body }) =>
  recordReceipts(ctx, body),
);
