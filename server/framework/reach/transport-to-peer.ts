import type { Transport } from "#server/protocol/call";
import { reverseTransport } from "#server/protocol/reverse-transport";
import type { FrameworkContext } from "../context";
import type { Peer } from "../hosting/peers";
import { routeOf } from "./route";
import { letterTransport } from "./send-letter";

/** How calls travel to a peer now; undefined where it is dialed. */
export function transportToPeer(ctx: FrameworkContext, peer: Peer): Transport | undefined {
  switch (routeOf(ctx.url, peer.gateway)) {
    case "dial":
      return undefined;
    case "wait":
      return reverseTransport(ctx.reach.calls, peer.name);
    case "letters":
      return letterTransport(ctx, peer);
  }
}
