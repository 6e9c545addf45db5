import { recordEntry } from "#server/audit/record-entry";
import type { Db } from "#server/db/connect";
import { KrdcError } from "#server/errors";
import type { HubContext } from "../context";
import { may } from "../members/may";
import { type Cluster, isFingerprintTail, maxFingerprintTries } from "./cluster";
import { lockByName, updateCluster, voidEnrolment } from "./clusters.repo";

export type Approval = { name: string; fingerprint?: string | undefined; as: "operator" | "hub" };
type Outcome = { name: string; state: Cluster["state"] };

/** What the transaction decided; a wrong fingerprint is counted, so it must not be rolled back. */
type Decision = Outcome | KrdcError;

/** First its operator with the two groups read inside the cluster, then the hub operator; both make it ACTIVE. */
export async function approveCluster(ctx: HubContext, approval: Approval): Promise<Outcome> {
  const decision = await ctx.db.transaction(async (tx): Promise<Decision> => {
    const cluster = await lockByName(tx, approval.name);
    if (!cluster) throw new KrdcError("not_found", "cluster.not_found");
    assertMay(ctx, cluster, approval.as);
    if (cluster.state !== "PENDING") {
      if (cluster.state === "ACTIVE") return { name: cluster.name, state: "ACTIVE" };
      throw new KrdcError("conflict", "cluster.not_pending", { detail: { state: cluster.state } });
    }
    return approval.as === "operator"
      ? approveAsOperator(ctx, tx, cluster, approval.fingerprint ?? "")
      : approveAsHub(ctx, tx, cluster);
  });
  if (decision instanceof KrdcError) throw decision;
  return decision;
}

function assertMay(ctx: HubContext, cluster: Cluster, as: Approval["as"]): void {
  const isAllowed =
    as === "hub"
      ? may(ctx.user, "cluster.approve_as_hub")
      : may(ctx.user, "cluster.approve_as_operator", { cluster: cluster.name, invitedBy: cluster.invitedBy });
  if (!isAllowed) throw new KrdcError("forbidden", "cluster.approve_forbidden");
}

async function approveAsOperator(ctx: HubContext, tx: Db, cluster: Cluster, typed: string): Promise<Decision> {
  const entry = { actor: ctx.user.account, subject: cluster.name };
  if (cluster.key && isFingerprintTail(cluster.key, typed)) {
    await updateCluster(tx, cluster.name, { isApprovedByOperator: true });
    await recordEntry(tx, ctx.now(), { ...entry, action: "cluster.approve_as_operator" });
    return { name: cluster.name, state: cluster.state };
  }
  const tries = cluster.fingerprintTries + 1;
  await recordEntry(tx, ctx.now(), { ...entry, action: "cluster.wrong_fingerprint", detail: { tries } });
  if (tries >= maxFingerprintTries) {
    await voidEnrolment(tx, cluster.name);
    return new KrdcError("gone", "cluster.invitation_void");
  }
  await updateCluster(tx, cluster.name, { fingerprintTries: tries });
  return new KrdcError("forbidden", "cluster.wrong_fingerprint", { detail: { left: maxFingerprintTries - tries } });
}

async function approveAsHub(ctx: HubContext, tx: Db, cluster: Cluster): Promise<Decision> {
  if (!cluster.isApprovedByOperator) throw new KrdcError("conflict", "cluster.operator_first");
  await updateCluster(tx, cluster.name, { isApprovedByHub: true, state: "ACTIVE", fingerprintTries: 0 });
  const entry = { actor: ctx.user.account, action: "cluster.approve_as_hub", subject: cluster.name };
  await recordEntry(tx, ctx.now(), entry);
  return { name: cluster.name, state: "ACTIVE" };
}
