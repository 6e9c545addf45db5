import { route } from "#server/auth/api/api-route";
import { getApp } from "#server/hub/market/get-app";
import { getAppOperation } from "#server/hub/openapi/app-operations";

export const GET = route(getAppOperation, async (ctx, { params, query }) => {
  const page = await getApp(ctx, { ...params, ...query });
  return { ...page.app, ...page };
});
