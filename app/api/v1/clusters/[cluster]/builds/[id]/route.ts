import { route } from "#server/auth/api/api-route";
import { getBuild } from "#server/hub/apps/get-build";
import { getBuildOperation } from "#server/hub/openapi/app-operations";

export const GET = route(getBuildOperation, (ctx, { params, query, request }) =>
  getBuild(ctx, { ...params, ...query, signal: request.signal }),
);
