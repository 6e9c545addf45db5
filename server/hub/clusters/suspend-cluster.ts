import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import type { HubContext } from "../context";
import { may } from "../members/may";
import { isHubOperator } from "../members/member";
import type { Cluster, SuspendedReason } from "./cluster";
import { lockByName, updateCluster } from "./clusters.repo";

/** No grants from it, none for it, until the hub operator lets it in again; a narrowing that needs no second person. */
export async function suspendCluster(
  ctx: HubContext,
  { name }: { name: string },
): Promise<{ state: Cluster["state"] }> {
  return ctx.db.transaction(async (tx) => {
    const cluster = await lockByName(tx, name);
    if (!cluster) throw new KrdcError("not_found", "cluster.not_found");
    if (!may(ctx.user, "cluster.suspend", { cluster: name })) {
      throw new KrdcError("forbidden", "cluster.suspend_forbidden");
    }
    if (cluster.state === "SUSPENDED") return { state: cluster.state };
    if (cluster.state !== "ACTIVE") throw new KrdcError("conflict", "cluster.not_active");
    const suspendedReason: SuspendedReason = isHubOperator(ctx.user) ? "hub" : "operator";
    await updateCluster(tx, name, { state: "SUSPENDED", suspendedReason });
    await recordEntry(tx, ctx.now(), { actor: ctx.user.account, action: "cluster.suspend", subject: name });
    return { state: "SUSPENDED" };
  });
}
