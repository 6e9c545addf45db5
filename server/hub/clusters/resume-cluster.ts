import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import type { HubContext } from "../context";
import { may } from "../members/may";
import type { Cluster } from "./cluster";
import { lockByName, updateCluster } from "./clusters.repo";

/** The hub operator lets a suspended cluster work again; one that left is invited again instead. */
export async function resumeCluster(ctx: HubContext, { name }: { name: string }): Promise<{ state: Cluster["state"] }> {
  return ctx.db.transaction(async (tx) => {
    const cluster = await lockByName(tx, name);
    if (!cluster) throw new KrdcError("not_found", "cluster.not_found");
    if (!may(ctx.user, "cluster.resume")) throw new KrdcError("forbidden", "cluster.resume_forbidden");
    if (cluster.state === "ACTIVE") return { state: cluster.state };
    if (cluster.suspendedReason === "left") throw new KrdcError("conflict", "cluster.left");
    const wasMember = cluster.state === "SUSPENDED" && cluster.isApprovedByOperator && cluster.isApprovedByHub;
    if (!wasMember) throw new KrdcError("conflict", "cluster.not_active", { detail: { state: cluster.state } });
    await updateCluster(tx, name, { state: "ACTIVE", suspendedReason: null });
    const detail = { was: cluster.suspendedReason };
    await recordEntry(tx, ctx.now(), { actor: ctx.user.account, action: "cluster.resume", subject: name, detail });
    return { state: "ACTIVE" };
  });
}
