import { route } from "#server/auth/api/api-route";
import { bodyStream } from "#server/auth/api/body-stream";
import { startBuild } from "#server/hub/apps/start-build";
import { startBuildOperation } from "#server/hub/openapi/app-operations";

export const POST = route(startBuildOperation, (ctx, { params, request }) =>
  startBuild(ctx, { cluster: params.cluster, body: bodyStream(request), signal: request.signal }),
);
