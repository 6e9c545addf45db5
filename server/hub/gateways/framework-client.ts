import { KrdcError } from "#server/errors";
import { type Call, callJson, callStream, type StreamCall, sendStream, type Transport } from "#server/protocol/call";
import { isMailbox } from "#server/protocol/reach";
import { reverseTransport } from "#server/protocol/reverse-transport";
import type { ReachableCluster } from "../clusters/cluster";
import { getActiveCluster, getMemberCluster } from "../clusters/get-active-cluster";
import type { AnyContext } from "../context";
import { theWaitingCalls } from "../mailbox/the-waiting-calls";
import type { User } from "../members/member";
import { mayCall } from "./may-call";
import { makePortalToken } from "./portal-token";

/**
 * Where a call goes: the cluster, and whom the portal speaks for. One that only takes something away reaches a suspended
 * cluster as well.
 */
export type Destination = { cluster: string; user: User; isNarrowing?: boolean };
type Path = { path: `/v1/${string}` };
type GatewayCall = Omit<Call, "url" | "token" | "transport"> & Path;

/** A suspended framework is given nothing of what waits for it, so nobody waits for it either. */
function transportTo({ name, gateway, state }: ReachableCluster): Transport | undefined {
  if (!isMailbox(gateway)) return undefined;
  const detail = { address: gateway };
  if (state !== "ACTIVE") throw new KrdcError("unavailable", "peer.unreachable", { detail });
  return reverseTransport(theWaitingCalls(), name);
}

async function addressed(ctx: AnyContext, { cluster, user, isNarrowing = false }: Destination, path: string) {
  const found = await (isNarrowing ? getMemberCluster : getActiveCluster)(ctx.db, cluster);
  const { gateway } = found;
  await mayCall({ cluster, gateway }, ctx.hub);
  return {
    transport: transportTo(found),
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
  { path, ...call }: Omit<StreamCall, "url" | "token" | "transport"> & Path,
): Promise<unknown> {
  const { body } = await sendStream(ctx.hub.portalKey, { ...call, ...(await addressed(ctx, to, path)) });
  return body;
}
