import { route } from "#server/auth/api/api-route";
import { runLogOperation } from "#server/hub/openapi/run-operations";
import { readLog } from "#server/hub/run-streams/read-log";

const passed = ["x-krdc-log-end", "x-krdc-log-next-offset"];

export const GET = route(runLogOperation, async (ctx, { params, query, request }) => {
  const log = await readLog(ctx, { ...params, ...query, signal: request.signal });
  const headers = new Headers({
    "content-type": "text/plain; charset=utf-8",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  });
  for (const name of passed) headers.set(name, log.headers.get(name) ?? "");
  return new Response(log.body, { headers });
});
