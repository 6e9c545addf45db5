import type { AnyContext } from "../context";
import { callGateway } from "../gateways/framework-client";
import { localUser } from "../members/member";
import type { Agreement } from "./agreement";

/** Tells a host in the hub's own name that an agreement of its was narrowed, also while it is suspended. */
export function tellHost(ctx: AnyContext, { id, host }: Agreement, what: "revoke" | "suspend"): Promise<unknown> {
  const to = { cluster: host, user: { ...localUser([]), account: "hub", pseudonym: "hub" }, isNarrowing: true };
  return callGateway(ctx, to, { method: "POST", path: `/v1/agreements/${id}/${what}`, json: {}, timeoutMs: 9000 });
}
