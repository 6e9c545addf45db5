import { z } from "zod";
import { KrdcError } from "#server/errors";
import type { HubContext } from "../context";
import { writeGateway } from "../gateways/framework-client";
import { may } from "../members/may";

const answer = z.object({ id: z.uuid() });
export type Source = { cluster: string; body: ReadableStream<Uint8Array>; signal: AbortSignal };

/** An app's source archive goes to the cluster that will own it; the cluster asks its own operator's rules again. */
export async function startBuild(ctx: HubContext, { cluster, body, signal }: Source): Promise<{ id: string }> {
  if (!may(ctx.user, "app.register", { cluster })) {
    throw new KrdcError("forbidden", "app.register_forbidden", { detail: { cluster } });
  }
  const started = await writeGateway(
    ctx,
    { cluster, user: ctx.user },
    {
      method: "POST",
      path: "/v1/builds",
      headers: { "content-type": "application/gzip" },
      body,
      timeoutMs: 1_800_000,
      signal,
    },
  );
  return { id: answer.parse(started).id };
}
