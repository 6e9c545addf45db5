import { recordEntry } from "#server/audit/record-entry";
import type { Db } from "#server/db/connect";
import { KrdcError } from "#server/errors";
import type { HubContext } from "../context";
import { may } from "../members/may";
import { isHubOperator } from "../members/member";
import { type Agreement, heldBy, type Suspender, suspendersOf } from "./agreement";
import { changeAgreement, lockById } from "./agreements.repo";
import { tellHost } from "./tell-host";

type Outcome = Pick<Agreement, "id" | "state">;

/** The agreement under its lock, for somebody who may see it and do this to it. */
export async function lockForHolding(
  ctx: HubContext,
  db: Db,
  { id, action }: { id: string; action: "agreement.suspend" | "agreement.resume" },
): Promise<Agreement> {
  const found = await lockById(db, id);
  const it = found && { memberId: found.memberId, cluster: found.host };
  if (!it || !may(ctx.user, "agreement.read", it)) throw new KrdcError("not_found", "agreement.not_found");
  if (!may(ctx.user, action, it)) throw new KrdcError("forbidden", "agreement.hold_forbidden");
  if (found.state !== "ACTIVE" && found.state !== "SUSPENDED") {
    throw new KrdcError("conflict", "agreement.not_active", { detail: { state: found.state } });
  }
  return found;
}

/** Writes who holds it from now on, with the decision. */
export async function writeHolders(
  ctx: HubContext,
  db: Db,
  found: Agreement,
  { holders, action }: { holders: Suspender[]; action: string },
): Promise<Outcome> {
  const row = await changeAgreement(db, found.id, [found.state], heldBy(holders));
  await recordEntry(db, ctx.now(), { actor: ctx.user.account, action, subject: found.id });
  return { id: found.id, state: row?.state ?? found.state };
}

/** A host that cannot be told now reads it in the hub's status list. */
async function tellOf(ctx: HubContext, agreement: Agreement): Promise<void> {
  try {
    await tellHost(ctx, agreement, "suspend");
  } catch (error) {
    const reason = error instanceof KrdcError ? error.reason : String(error);
    ctx.log.info({ agreement: agreement.id, host: agreement.host, reason }, "a suspension was not told at once");
  }
}

/** Nothing new starts under it until whoever held it lets go. */
export async function suspendAgreement(ctx: HubContext, { id }: { id: string }): Promise<Outcome> {
  const { found, outcome } = await ctx.db.transaction(async (tx) => {
    const locked = await lockForHolding(ctx, tx, { id, action: "agreement.suspend" });
    const holder = isHubOperator(ctx.user) ? "hub" : "operator";
    const holders = suspendersOf(locked);
    if (holders.includes(holder)) return { found: locked, outcome: { id, state: locked.state } };
    const change = { holders: [...holders, holder] satisfies Suspender[], action: "agreement.suspend" };
    return { found: locked, outcome: await writeHolders(ctx, tx, locked, change) };
  });
  await tellOf(ctx, found);
  return outcome;
}
