import { KrdcError } from "#server/errors";
import type { Bilingual } from "#server/graph/text";
import { recordEntry } from "../audit/record-entry";
import type { HubContext } from "../context";
import { may } from "../members/may";
import { hashOfSecret } from "../members/member";
import { joinTokenMs, makeJoinToken } from "./cluster";
import { upsertInvitation } from "./clusters.repo";

export type Invitation = { name: string; joinToken: string; expiresAt: string };

/** Names a cluster and makes its join token, which this answer shows once and the hub keeps as a hash. */
export async function inviteCluster(ctx: HubContext, input: { name: string; title: Bilingual }): Promise<Invitation> {
  if (!may(ctx.user, "cluster.invite")) throw new KrdcError("forbidden", "cluster.invite_forbidden");
  const joinToken = makeJoinToken();
  const expiresAt = new Date(ctx.now().getTime() + joinTokenMs);
  await ctx.db.transaction(async (tx) => {
    const row = await upsertInvitation(tx, {
      ...input,
      joinTokenHash: hashOfSecret(joinToken),
      joinTokenExpiresAt: expiresAt,
      invitedBy: ctx.user.id,
    });
    if (!row) throw new KrdcError("conflict", "cluster.already_enrolled", { detail: { cluster: input.name } });
    await recordEntry(tx, ctx.now(), { actor: ctx.user.account, action: "cluster.invite", subject: input.name });
  });
  return { name: input.name, joinToken, expiresAt: expiresAt.toISOString() };
}
