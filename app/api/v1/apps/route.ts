import { route } from "#server/auth/api/api-route";
import { listApps } from "#server/hub/market/list-apps";
import { listAppsOperation } from "#server/hub/openapi/app-operations";

export const GET = route(listAppsOperation, (ctx, { query }) => {
  const { q, cluster: clusters, field: fields, licence: licences, media, runnable: runnableNow, cursor, limit } = query;
  return listApps(ctx, { q, clusters, fields, licences, media, runnableNow, cursor, limit });
});
