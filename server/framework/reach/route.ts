import { isMailbox } from "#server/protocol/reach";

/** How calls reach a peer: we dial it, or they wait here until it takes them, or they travel as letters through the hub. */
export type Route = "dial" | "wait" | "letters";

/** Whoever can be dialed decides: the callee, else we ourselves, else nobody but the hub. */
export function routeOf(ownAddress: string, peerAddress: string): Route {
  if (!isMailbox(peerAddress)) return "dial";
  return isMailbox(ownAddress) ? "letters" : "wait";
}
