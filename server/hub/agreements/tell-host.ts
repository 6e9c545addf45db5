import type { AnyContext } from "../context";
import { callGateway } from "../gateways/framework-client";
import { localUser } from "../members/member";
import type { Agreement } from "./agreement";
import { listHostsOf } from "./agreements.repo";

const inHubsName = (cluster: string) => ({
  cluster,
  user: { ...localUser([]), account: "hub", pseudonym: "hub" },
  isNarrowing: true,
});

/** Tells a host in the hub's own name that an agreement of its was narrowed, also while it is suspended. */
export function tellHost(ctx: AnyContext, { id, host }: Agreement, what: "revoke" | "suspend"): Promise<unknown> {
  return callGateway(ctx, inHubsName(host), {
    method: "POST",
    path: `/v1/agreements/${id}/${what}`,
    json: {},
    timeoutMs: 9000,
  });
}

/** Every host where this member holds something reads the status list now; one that cannot be told reads it at its next turn. */
export async function tellHostsOf(ctx: AnyContext, memberId: string): Promise<void> {
  const call = { method: "POST", path: "/v1/status-checks", json: {}, timeoutMs: 5000 } as const;
  const hosts = await listHostsOf(ctx.db, memberId);
  const told = await Promise.allSettled(hosts.map((host) => callGateway(ctx, inHubsName(host), call)));
  for (const [at, { status }] of told.entries()) {
    if (status === "rejected") ctx.log.info({ host: hosts[at] }, "a host was not told at once of what was narrowed");
  }
}
