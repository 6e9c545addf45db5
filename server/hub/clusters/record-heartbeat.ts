import type { z } from "zod";
import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import type { Heartbeat, heartbeatAnswer } from "#server/protocol/framework-api";
import type { ClusterContext } from "../context";
import { heartbeatVerdict, type SuspendedReason } from "./cluster";
import { listActive, updateCluster, writeHeartbeat } from "./clusters.repo";

export type HeartbeatAnswer = z.infer<typeof heartbeatAnswer>;

/** Notes that a cluster lives and where; tells it who its fellow members are. */
export async function recordHeartbeat(ctx: ClusterContext, heartbeat: Heartbeat): Promise<HeartbeatAnswer> {
  const { name, state } = ctx.user;
  const verdict = heartbeatVerdict(ctx.user.heartbeat, heartbeat);
  if (verdict === "other_cluster") {
    if (state === "ACTIVE") await suspendCopiedKey(ctx);
    throw new KrdcError("forbidden", "cluster.other_uid");
  }
  const isWritten = verdict === "fresh" && (await writeHeartbeat(ctx.db, name, heartbeat, ctx.now()));
  if (!isWritten) throw new KrdcError("conflict", "heartbeat.stale");
  const peers = await listActive(ctx.db);
  return {
    state: state === "INVITED" ? "PENDING" : state,
    time: ctx.now().toISOString(),
    peers: peers.flatMap((peer) =>
      peer.name !== name && peer.key && peer.gateway ? [{ name: peer.name, gateway: peer.gateway, key: peer.key }] : [],
    ),
  };
}

async function suspendCopiedKey(ctx: ClusterContext): Promise<void> {
  const { name } = ctx.user;
  await ctx.db.transaction(async (tx) => {
    const suspendedReason: SuspendedReason = "other_uid";
    await updateCluster(tx, name, { state: "SUSPENDED", suspendedReason });
    await recordEntry(tx, ctx.now(), { actor: "hub", action: "cluster.suspend_other_uid", subject: name });
  });
}
