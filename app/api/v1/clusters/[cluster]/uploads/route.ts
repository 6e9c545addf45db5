import { route } from "#server/auth/api/api-route";
import { bodyStream } from "#server/auth/api/body-stream";
import { uploadFile } from "#server/hub/apps/upload-file";
import { uploadOperation } from "#server/hub/openapi/app-operations";

export const PUT = route(uploadOperation, (ctx, { params, query, request }) =>
  uploadFile(ctx, {
    cluster: params.cluster,
    name: query.name,
    mediaType: request.headers.get("content-type") ?? undefined,
    body: bodyStream(request),
    signal: request.signal,
  }),
);
