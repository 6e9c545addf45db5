import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import { endAgreementsOf } from "../agreements/end-agreements-of";
import { settleRevocations } from "../agreements/settle-revocations";
import type { HubContext } from "../context";
import { may } from "../members/may";
import type { Cluster, SuspendedReason } from "./cluster";
import { lockByName, updateCluster } from "./clusters.repo";

/** A cluster goes for good: its apps leave the market, what was agreed there ends, and only a new invitation brings it back. */
export async function leaveCluster(ctx: HubContext, { name }: { name: string }): Promise<{ state: Cluster["state"] }> {
  await ctx.db.transaction(async (tx) => {
    const cluster = await lockByName(tx, name);
    if (!cluster) throw new KrdcError("not_found", "cluster.not_found");
    if (!may(ctx.user, "cluster.leave", { cluster: name })) throw new KrdcError("forbidden", "cluster.leave_forbidden");
    if (cluster.state !== "ACTIVE" && cluster.state !== "SUSPENDED") {
      throw new KrdcError("conflict", "cluster.not_active", { detail: { state: cluster.state } });
    }
    if (cluster.suspendedReason === "left") return;
    const suspendedReason: SuspendedReason = "left";
    await updateCluster(tx, name, { state: "SUSPENDED", suspendedReason });
    const actor = ctx.user.account;
    const agreements = await endAgreementsOf(ctx, tx, { host: name, actor, isAcknowledged: false });
    await recordEntry(tx, ctx.now(), { actor, action: "cluster.leave", subject: name, detail: { agreements } });
  });
  // Whatever it does not acknowledge now the hub's loop tells it again.
  await settleRevocations(ctx);
  return { state: "SUSPENDED" };
}
