import type { z } from "zod";
import { recordEntry } from "#server/audit/record-entry";
import type { Db } from "#server/db/connect";
import { KrdcError } from "#server/errors";
import type { decisionAnswer, OwnerDecision } from "#server/protocol/agreement";
import type { ClusterContext } from "../context";
import { type Agreement, heldBy, isRevocable, suspendersOf } from "./agreement";
import { changeAgreement, findById, lockById } from "./agreements.repo";
import { countersignAgreement, type HostsWord } from "./countersign-agreement";

type Answer = z.infer<typeof decisionAnswer>;
type Narrowing = Exclude<OwnerDecision, { decision: "approved" }>;
type Change = Partial<Pick<Agreement, "state" | "revokedBy" | "refusal" | "endedAt">>;

const changedMeanwhile = (state: string) =>
  new KrdcError("conflict", "agreement.changed_meanwhile", { detail: { state } });

/** What this decision changes; undefined when everything stands so already. */
function changeBy(found: Agreement, said: Narrowing, now: Date): Change | undefined {
  const { state } = found;
  if (said.decision === "rejected") {
    if (state === "REJECTED") return undefined;
    if (state !== "REQUESTED") throw changedMeanwhile(state);
    return { state: "REJECTED", refusal: said.reason, endedAt: now };
  }
  if (!isRevocable(state)) return undefined;
  if (said.decision === "revoked") return { state: "REVOKED", revokedBy: "operator", endedAt: now };
  if (state === "REQUESTED") throw changedMeanwhile(state);
  const others = suspendersOf(found).filter((one) => one !== "owner");
  const next = heldBy(said.decision === "suspended" ? [...others, "owner"] : others);
  return next.state === state && next.revokedBy === found.revokedBy ? undefined : next;
}

/** Only the host that the agreement names decides; for every other cluster there is no such agreement. */
async function lockOwn(ctx: ClusterContext, db: Db, id: string): Promise<Agreement> {
  const found = await lockById(db, id);
  if (!found || found.host !== ctx.user.name) throw new KrdcError("not_found", "agreement.not_found");
  return found;
}

async function narrow(ctx: ClusterContext, id: string, said: Narrowing): Promise<Agreement> {
  return ctx.db.transaction(async (tx) => {
    const found = await lockOwn(ctx, tx, id);
    const change = changeBy(found, said, ctx.now());
    if (!change) return found;
    const row = await changeAgreement(tx, id, [found.state], {
      ...change,
      deliveredAt: found.deliveredAt ?? ctx.now(),
    });
    const entry = { actor: ctx.user.name, action: `agreement.owner_${said.decision}`, subject: id };
    await recordEntry(tx, ctx.now(), { ...entry, ...(change.refusal ? { detail: { reason: change.refusal } } : {}) });
    return row ?? found;
  });
}

async function approve(ctx: ClusterContext, id: string, word: HostsWord): Promise<Agreement> {
  const found = await findById(ctx.db, id);
  if (!found || found.host !== ctx.user.name) throw new KrdcError("not_found", "agreement.not_found");
  if (found.state === "REVOKING" || found.state === "REVOKED") throw new KrdcError("conflict", "agreement.revoked");
  return countersignAgreement(ctx, found, word, { host: ctx.user, actor: ctx.user.name });
}

/** What the owner decided at the host's own door. The hub signs what allows at most what was asked; the same decision again gets the same answer. */
export async function takeDecision(ctx: ClusterContext, id: string, said: OwnerDecision): Promise<Answer> {
  const isWidening = said.decision === "approved" || said.decision === "resumed";
  if (isWidening && ctx.user.state !== "ACTIVE") throw new KrdcError("forbidden", "cluster.suspended");
  if (said.decision !== "approved") return { state: (await narrow(ctx, id, said)).state, hubSignature: null };
  const { state, hubSignature } = await approve(ctx, id, said);
  return { state, hubSignature };
}
