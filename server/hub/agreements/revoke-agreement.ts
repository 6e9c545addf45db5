import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import type { HubContext } from "../context";
import { may } from "../members/may";
import { isHubOperator } from "../members/member";
import { type Agreement, type Ender, isRevocable } from "./agreement";
import { changeAgreement, lockById } from "./agreements.repo";
import { tellHostOfRevocation } from "./settle-revocations";

type Outcome = Pick<Agreement, "id" | "state">;

const roleOf = (ctx: HubContext, agreement: Agreement): Ender => {
  if (agreement.memberId === ctx.user.id) return "member";
  return isHubOperator(ctx.user) ? "hub" : "operator";
};

/** From this moment no grant is made under it; it is REVOKED when its host has acknowledged. */
export async function revokeAgreement(ctx: HubContext, { id }: { id: string }): Promise<Outcome> {
  const revoked = await ctx.db.transaction(async (tx) => {
    const found = await lockById(tx, id);
    if (!found || !may(ctx.user, "agreement.read", { memberId: found.memberId, cluster: found.host })) {
      throw new KrdcError("not_found", "agreement.not_found");
    }
    if (!isRevocable(found.state)) return found;
    // Its host may have heard of it although nobody knows yet that it did.
    const row = await changeAgreement(tx, id, [found.state], { state: "REVOKING", revokedBy: roleOf(ctx, found) });
    await recordEntry(tx, ctx.now(), { actor: ctx.user.account, action: "agreement.revoke", subject: id });
    return row ?? found;
  });
  if (revoked.state !== "REVOKING") return { id, state: revoked.state };
  return { id, state: (await tellHostOfRevocation(ctx, revoked)) ? "REVOKED" : "REVOKING" };
}
