import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import { tellHostsOf } from "../agreements/tell-host";
import type { HubContext } from "../context";
import { endSessionsOf } from "../sessions/end-sessions-of";
import { endTokensOf } from "../tokens/end-tokens-of";
import { lockMember } from "./lock-member";
import { updateDisabled } from "./members.repo";

export type MemberStanding = { account: string; disabledAt: string | null };

/**
 * From this moment the member's browsers and tokens open nothing and no grant is made; their hosts are told to read the
 * status list and end what runs. Enabled again, they sign in anew.
 */
export async function disableMember(ctx: HubContext, { account }: { account: string }): Promise<MemberStanding> {
  const now = ctx.now();
  const { id, disabledAt } = await ctx.db.transaction(async (tx) => {
    const found = await lockMember(ctx, tx, account);
    if (found.id === ctx.user.id) throw new KrdcError("conflict", "member.own_account");
    if (found.disabledAt) return { id: found.id, disabledAt: found.disabledAt };
    await updateDisabled(tx, found.id, now);
    const detail = { sessions: await endSessionsOf(tx, found.id, now), tokens: await endTokensOf(tx, found.id, now) };
    const entry = { actor: ctx.user.account, action: "member.disable", subject: found.account, detail };
    await recordEntry(tx, now, entry);
    return { id: found.id, disabledAt: now };
  });
  await tellHostsOf(ctx, id);
  return { account, disabledAt: disabledAt.toISOString() };
}
