import { isTooLateToForbid } from "#server/protocol/key-rules";
import { fingerprintOf } from "#server/protocol/keys";
import type { ClusterRow, KeyChangeView } from "#server/protocol/portal-views";
import type { HubContext } from "../context";
import { may } from "../members/may";
import { type Cluster, fingerprintHead, skewSecondsOf, stateOf } from "./cluster";
import { countApps, listAll } from "./clusters.repo";

function headFor(ctx: HubContext, cluster: Cluster): string | null {
  if (cluster.state !== "PENDING" || !cluster.key) return null;
  const { name, invitedBy } = cluster;
  const mayRead =
    may(ctx.user, "cluster.approve_as_hub") ||
    may(ctx.user, "cluster.approve_as_operator", { cluster: name, invitedBy });
  return mayRead ? fingerprintHead(cluster.key) : null;
}

function keyChangeOf({ keyChange }: Cluster): KeyChangeView | null {
  if (!keyChange) return null;
  const { key, announcedAt, effectiveAt } = keyChange.announcement;
  const isForbidden = keyChange.forbiddenBy !== null;
  return { fingerprint: fingerprintOf(key).join(" · "), announcedAt, effectiveAt, isForbidden };
}

function mayForbid(ctx: HubContext, { name, keyChange }: Cluster): boolean {
  if (!keyChange || keyChange.forbiddenBy !== null) return false;
  if (isTooLateToForbid(keyChange, ctx.now(), ctx.hub.keyTiming)) return false;
  return may(ctx.user, "cluster.forbid_key_change", { cluster: name });
}

/** What the reader may do about it now. */
function choicesOf(ctx: HubContext, cluster: Cluster) {
  const { name, state, suspendedReason } = cluster;
  const hasLeft = suspendedReason === "left";
  return {
    mayForbidKey: mayForbid(ctx, cluster),
    maySuspend: state === "ACTIVE" && may(ctx.user, "cluster.suspend", { cluster: name }),
    mayResume: state === "SUSPENDED" && !hasLeft && may(ctx.user, "cluster.resume"),
    mayLeave:
      (state === "ACTIVE" || state === "SUSPENDED") && !hasLeft && may(ctx.user, "cluster.leave", { cluster: name }),
  };
}

function rowOf(ctx: HubContext, cluster: Cluster, apps: number): ClusterRow {
  const { heartbeat } = cluster;
  return {
    name: cluster.name,
    title: cluster.title,
    state: stateOf(cluster, ctx.now()),
    gateway: cluster.gateway,
    lastHeartbeatAt: cluster.heartbeatAt?.toISOString() ?? null,
    version: heartbeat?.version ?? null,
    runtime: heartbeat?.runtime ?? null,
    slots: heartbeat?.slots ?? 0,
    slotsUsed: heartbeat?.slotsUsed ?? 0,
    queued: heartbeat?.queued ?? 0,
    hosted: heartbeat?.hosted ?? 0,
    apps,
    fingerprintHead: headFor(ctx, cluster),
    skewSeconds: skewSecondsOf(cluster),
    isSettling: heartbeat?.isSettling ?? false,
    suspendedReason: cluster.suspendedReason,
    approvals: { operator: cluster.isApprovedByOperator, hub: cluster.isApprovedByHub },
    invitationExpiresAt: cluster.joinTokenExpiresAt?.toISOString() ?? null,
    keyChange: keyChangeOf(cluster),
    ...choicesOf(ctx, cluster),
  };
}

const isMember = (cluster: Cluster) => cluster.state === "ACTIVE" || cluster.state === "SUSPENDED";

/** Every member cluster; those that are still joining only for the people who let them in. */
export async function listClusters(ctx: HubContext): Promise<ClusterRow[]> {
  const [all, apps] = await Promise.all([listAll(ctx.db), countApps(ctx.db)]);
  const seen = all.filter(
    (it) =>
      isMember(it) ||
      may(ctx.user, "cluster.approve_as_hub") ||
      may(ctx.user, "cluster.approve_as_operator", { cluster: it.name, invitedBy: it.invitedBy }),
  );
  return seen.map((cluster) => rowOf(ctx, cluster, apps.get(cluster.name) ?? 0));
}
