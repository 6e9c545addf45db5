import { KrdcError } from "#server/errors";
import { callJson } from "#server/protocol/call";
import type { FrameworkContext } from "../context";

/** Calls the hub's machine interface with a proof by this cluster's key. */
export async function callHub(
  ctx: Pick<FrameworkContext, "hub" | "key" | "now">,
  call: { method: "GET" | "PUT" | "POST"; path: string; json?: unknown; timeoutMs?: number },
): Promise<unknown> {
  try {
    const answer = await callJson(ctx.key, {
      method: call.method,
      url: `${ctx.hub.url}/api/hub/v1${call.path}`,
      json: call.json,
      now: ctx.now(),
      timeoutMs: call.timeoutMs ?? 15_000,
    });
    return answer.body;
  } catch (cause) {
    // People are to read that the hub is away, not some peer.
    if (!(cause instanceof KrdcError) || !cause.retryable) throw cause;
    throw new KrdcError("unavailable", "hub_unavailable", { cause });
  }
}
