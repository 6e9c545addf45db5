import { route } from "#server/auth/api/api-route";
import { publishApp } from "#server/hub/apps/publish-app";
import { publishAppOperation } from "#server/hub/openapi/app-operations";

export const POST = route(publishAppOperation, (ctx, { params }) => publishApp(ctx, params));
