import { route } from "#server/auth/api/api-route";
import { runFileOperation } from "#server/hub/openapi/run-operations";
import { fileHeaders } from "#server/hub/run-streams/file-headers";
import { readFile } from "#server/hub/run-streams/read-file";

export const GET = route(runFileOperation, async (ctx, { params, query, request }) => {
  const file = await readFile(ctx, { ...params, signal: request.signal });
  const size = file.headers.get("content-length");
  return new Response(file.body, { headers: fileHeaders({ name: query.name, preview: query.preview === "1", size }) });
});
