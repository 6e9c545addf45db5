import { randomBytes } from "node:crypto";
import type { clusters } from "#drizzle/hub/schema/clusters";
import type { Heartbeat } from "#server/protocol/framework-api";
import { fingerprintOf, type PublicKey } from "#server/protocol/keys";
import type { ClusterState } from "#server/protocol/portal-views";

export type Cluster = typeof clusters.$inferSelect;
type KeyedCluster = Cluster & { key: PublicKey; jkt: string };
/** A member cluster that proved on this very call the key with this thumbprint, which in a change of keys is one of two. */
export type CallingCluster = KeyedCluster & { callsWith: string };
/** A cluster that can be called. */
export type ReachableCluster = KeyedCluster & { gateway: string };

export const joinTokenMs = 30 * 60_000;
export const maxFingerprintTries = 5;
const suspectAfterMs = 45_000;
const unreachableAfterMs = 90_000;

export const makeJoinToken = () => `join_${randomBytes(32).toString("base64url")}`;

/** The stored state, or what a silent gateway makes of it. */
export function stateOf(cluster: Pick<Cluster, "state" | "heartbeatAt">, now: Date): ClusterState {
  if (cluster.state !== "ACTIVE") return cluster.state;
  const silentMs = cluster.heartbeatAt ? now.getTime() - cluster.heartbeatAt.getTime() : Number.POSITIVE_INFINITY;
  if (silentMs > unreachableAfterMs) return "UNREACHABLE";
  return silentMs > suspectAfterMs ? "SUSPECT" : "ACTIVE";
}

const digitsOf = (text: string) => text.toLowerCase().replace(/[^0-9a-f]/g, "");

/** What people may see before approval: all but the two groups that must be read inside the cluster. */
export const fingerprintHead = (key: PublicKey) => fingerprintOf(key).slice(0, -2).join(" · ");

/** Whether these are the last two groups of the key's fingerprint, however they are spaced. */
export function isFingerprintTail(key: PublicKey, typed: string): boolean {
  const digits = digitsOf(typed);
  return digits.length === 8 && digits === fingerprintOf(key).slice(-2).join("");
}

export type HeartbeatVerdict = "fresh" | "stale" | "other_cluster";

/** Sequence and epoch only rise; the same key in another cluster is a copied key. */
export function heartbeatVerdict(before: Heartbeat | null, next: Heartbeat): HeartbeatVerdict {
  if (!before) return "fresh";
  if (before.clusterUid !== next.clusterUid) return "other_cluster";
  if (next.epoch < before.epoch) return "stale";
  return next.epoch === before.epoch && next.seq <= before.seq ? "stale" : "fresh";
}

/** Design: a clock that is further off stops new grants. */
const mostSkewSeconds = 25;

/** How far its clock ran ahead of ours at its last heartbeat; null while it was never heard. */
export function skewSecondsOf({ heartbeat, heartbeatAt }: Pick<Cluster, "heartbeat" | "heartbeatAt">): number | null {
  if (!heartbeat || !heartbeatAt) return null;
  return Math.round((Date.parse(heartbeat.time) - heartbeatAt.getTime()) / 100) / 10;
}

export const isSkewed = (seconds: number | null) => seconds !== null && Math.abs(seconds) > mostSkewSeconds;

/** Why a cluster is SUSPENDED; one that left can only be invited again. */
export type SuspendedReason = "operator" | "hub" | "other_uid" | "left";
