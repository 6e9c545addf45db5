import { type Call, callJson, callStream, type StreamCall, sendStream } from "#server/protocol/call";
import { getActiveCluster, getMemberCluster } from "../clusters/get-active-cluster";
import type { AnyContext } from "../context";
import type { User } from "../members/member";
import { mayCall } from "./may-call";
import { makePortalToken } from "./portal-token";

/**
 * Where a call goes: the cluster, and whom the portal speaks for. One that only takes something away reaches a suspended
 * cluster as well.
 */
export type Destination = { cluster: string; user: User; isNarrowing?: boolean };
type Path = { path: `/v1/${string}` };
type GatewayCall = Omit<Call, "url" | "token"> & Path;

async function addressed(ctx: AnyContext, { cluster, user, isNarrowing = false }: Destination, path: string) {
  const { gateway } = await (isNarrowing ? getMemberCluster : getActiveCluster)(ctx.db, cluster);
  await mayCall(gateway, ctx.hub);
  return {
    url: `${gateway.replace(/\/$/, "")}${path}`,
    token: await makePortalToken(ctx.hub, user, cluster, ctx.now()),
    now: ctx.now(),
  };
}

/** Calls a framework's gateway in a user's name; its refusal is thrown as it stands. */
export async function callGateway(ctx: AnyContext, to: Destination, { path, ...call }: GatewayCall): Promise<unknown> {
  const { body } = await callJson(ctx.hub.portalKey, { ...call, ...(await addressed(ctx, to, path)) });
  return body;
}

/** The same for bytes that come back; the caller hands the stream on. */
export async function readGateway(ctx: AnyContext, to: Destination, { path, ...call }: GatewayCall): Promise<Response> {
  return callStream(ctx.hub.portalKey, { ...call, ...(await addressed(ctx, to, path)) });
}

/** The same for bytes that go out, never kept on the way. */
export async function writeGateway(
  ctx: AnyContext,
  to: Destination,
  { path, ...call }: Omit<StreamCall, "url" | "token"> & Path,
): Promise<unknown> {
  const { body } = await sendStream(ctx.hub.portalKey, { ...call, ...(await addressed(ctx, to, path)) });
  return body;
}
