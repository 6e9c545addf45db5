import { route } from "#server/auth/api/api-route";
import { listMyApps } from "#server/hub/apps/list-my-apps";
import { listMyAppsOperation } from "#server/hub/openapi/app-operations";

export const GET = route(listMyAppsOperation, (ctx) => listMyApps(ctx));
