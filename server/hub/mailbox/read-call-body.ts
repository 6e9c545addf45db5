import { KrdcError } from "#server/errors";
import type { ClusterContext } from "../context";
import { theWaitingCalls } from "./the-waiting-calls";

const headers = { "content-type": "application/octet-stream", "cache-control": "no-store, no-transform" };

/** The body of a call that this framework took, as fast as it reads it. */
export async function readCallBody(ctx: ClusterContext, id: string): Promise<Response> {
  const body = theWaitingCalls().bodyOf(ctx.user.name, id);
  if (!body) throw new KrdcError("not_found", "reverse_call.not_found");
  return new Response(body, { headers });
}
