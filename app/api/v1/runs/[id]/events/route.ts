import { route } from "#server/auth/api/api-route";
import { runEventsOperation } from "#server/hub/openapi/run-operations";
import { followRun } from "#server/hub/run-streams/follow-run";

export const GET = route(runEventsOperation, async (ctx, { params, query, request }) => {
  const after = request.headers.get("last-event-id") ?? query.after;
  const events = await followRun(ctx, { id: params.id, after, signal: request.signal });
  return new Response(events, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    },
  });
});
