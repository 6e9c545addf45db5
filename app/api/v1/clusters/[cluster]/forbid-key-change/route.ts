import { route } from "#server/auth/api/api-route";
import { forbidKeyChange } from "#server/hub/keys/forbid-key-change";
import { forbidKeyChangeOperation } from "#server/hub/openapi/cluster-operations";

export const POST = route(forbidKeyChangeOperation, (ctx, { params }) =>
  forbidKeyChange(ctx, { name: params.cluster }),
);
