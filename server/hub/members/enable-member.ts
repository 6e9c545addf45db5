import { recordEntry } from "#server/audit/record-entry";
import type { HubContext } from "../context";
import type { MemberStanding } from "./disable-member";
import { lockMember } from "./lock-member";
import { updateDisabled } from "./members.repo";

/** A disabled member may sign in again; browsers and tokens that were ended stay so. */
export async function enableMember(ctx: HubContext, { account }: { account: string }): Promise<MemberStanding> {
  return ctx.db.transaction(async (tx) => {
    const found = await lockMember(ctx, tx, account);
    if (found.disabledAt) {
      await updateDisabled(tx, found.id, null);
      await recordEntry(tx, ctx.now(), { actor: ctx.user.account, action: "member.enable", subject: found.account });
    }
    return { account, disabledAt: null };
  });
}
