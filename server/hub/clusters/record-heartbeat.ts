import type { z } from "zod";
import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import type { Heartbeat, heartbeatAnswer } from "#server/protocol/framework-api";
import { isMailbox } from "#server/protocol/reach";
import type { ClusterContext } from "../context";
import { mayCall } from "../gateways/may-call";
import { noteKeyChange } from "../keys/note-key-change";
import { toldKeysOf } from "../keys/told-keys";
import { type Cluster, heartbeatVerdict, type SuspendedReason } from "./cluster";
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
  // Any other address is checked before each call of it; a mailbox that is not its own must not reach its peers.
  if (isMailbox(heartbeat.gateway)) await mayCall({ cluster: name, gateway: heartbeat.gateway }, ctx.hub);
  const isWritten = verdict === "fresh" && (await writeHeartbeat(ctx.db, name, heartbeat, ctx.now()));
  if (!isWritten) throw new KrdcError("conflict", "heartbeat.stale");
  const keyChange = await noteKeyChange(ctx, heartbeat.keyChange);
  const peers = await listActive(ctx.db);
  const hubSuccession = ctx.hub.successions.at(-1);
  return {
    state: state === "INVITED" ? "PENDING" : state,
    time: ctx.now().toISOString(),
    ...(keyChange ? { keyChange } : {}),
    ...(hubSuccession ? { hubSuccession } : {}),
    peers: peers.flatMap((peer) => (peer.name === name ? [] : toldOf(peer))),
  };
}

function toldOf(cluster: Cluster): HeartbeatAnswer["peers"] {
  const { name, gateway, key, encryptionKey, heartbeatAt } = cluster;
  if (!key || !gateway) return [];
  const sealed = encryptionKey === null ? {} : { encryptionKey };
  const heard = heartbeatAt ? { heardAt: heartbeatAt.toISOString() } : {};
  return [{ name, gateway, key, ...sealed, ...heard, ...toldKeysOf(cluster) }];
}

async function suspendCopiedKey(ctx: ClusterContext): Promise<void> {
  const { name } = ctx.user;
  await ctx.db.transaction(async (tx) => {
    const suspendedReason: SuspendedReason = "other_uid";
    await updateCluster(tx, name, { state: "SUSPENDED", suspendedReason });
    await recordEntry(tx, ctx.now(), { actor: "hub", action: "cluster.suspend_other_uid", subject: name });
  });
}
