import type { z } from "zod";
import { hubEnv } from "#server/env";
import { KrdcError } from "#server/errors";
import type { HubContext } from "#server/hub/context";
import { localUser } from "#server/hub/members/member";
import type { Operation } from "#server/hub/openapi/operation";
import { type SeenNonces, verifyLocalProof } from "#server/protocol/local-proof";
import { hubContext } from "../context";
import { answering, maxBytesOf, readText } from "./api-call";
import { type Handler, type RouteParams, readInput } from "./api-route";

const kept = globalThis as typeof globalThis & { krdcLocalNonces?: SeenNonces };

function prove(request: Request, body: string): void {
  const secret = hubEnv().KRDC_LOCAL_SECRET;
  if (!secret) throw new KrdcError("unauthenticated", "local.off");
  kept.krdcLocalNonces ??= new Map();
  const url = new URL(request.url);
  const call = { method: request.method, path: `${url.pathname}${url.search}`, body };
  const header = request.headers.get("authorization");
  const refusal = verifyLocalProof(secret, header, call, new Date(), kept.krdcLocalNonces);
  if (refusal) throw new KrdcError("unauthenticated", `local.${refusal}`);
}

/** The door for commands on this machine: whoever can read the home's secret may do what its launcher must. */
export function localRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  operation: Operation<P, Q, B>,
  handler: Handler<HubContext, P, Q, B>,
) {
  return (request: Request, context: RouteParams): Promise<Response> =>
    answering(operation, async () => {
      // The proof covers the body, so its few bytes are read before it can be checked.
      if (!request.headers.get("authorization")) throw new KrdcError("unauthenticated", "local.missing");
      const text = await readText(request, Math.min(maxBytesOf(operation), 64 * 1024));
      prove(request, text);
      return handler(hubContext(localUser([])), await readInput(operation, request, context, text));
    });
}
