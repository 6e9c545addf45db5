import { route } from "#server/auth/api/api-route";
import { resolveApps } from "#server/hub/market/resolve-apps";
import { resolveAppsOperation } from "#server/hub/openapi/app-operations";

export const POST = route(resolveAppsOperation, async (ctx, { body }) => {
  const { apps, missing } = await resolveApps(ctx.db, body.apps);
  return { items: [...new Set(apps.values())], missing };
});
