import { recordEntry } from "#server/audit/record-entry";
import type { Db } from "#server/db/connect";
import { KrdcError } from "#server/errors";
import type { Bilingual } from "#server/graph/text";
import { endAgreementsOf } from "../agreements/end-agreements-of";
import type { HubContext } from "../context";
import { may } from "../members/may";
import { hashOfSecret } from "../members/member";
import { joinTokenMs, makeJoinToken } from "./cluster";
import { lockByName, upsertInvitation, voidEnrolment } from "./clusters.repo";
import { type HandStart, handStartOf } from "./hand-start";

/** `replace` lets a known name enrol again with another key. */
export type Invitee = { name: string; title: Bilingual; replace?: boolean | undefined };
export type Invitation = { name: string; joinToken: string; expiresAt: string; start: HandStart };

/** Names a cluster and makes its join token, which this answer shows once and the hub keeps as a hash. */
export async function inviteCluster(ctx: HubContext, { replace = false, ...input }: Invitee): Promise<Invitation> {
  if (!may(ctx.user, "cluster.invite")) throw new KrdcError("forbidden", "cluster.invite_forbidden");
  const joinToken = makeJoinToken();
  const expiresAt = new Date(ctx.now().getTime() + joinTokenMs);
  await ctx.db.transaction(async (tx) => {
    if (replace) await forgetKey(ctx, tx, input.name);
    const row = await upsertInvitation(tx, {
      ...input,
      joinTokenHash: hashOfSecret(joinToken),
      joinTokenExpiresAt: expiresAt,
      invitedBy: ctx.user.id,
    });
    if (!row) throw new KrdcError("conflict", "cluster.already_enrolled", { detail: { cluster: input.name } });
    await recordEntry(tx, ctx.now(), { actor: ctx.user.account, action: "cluster.invite", subject: input.name });
  });
  const start = handStartOf(ctx.hub, { name: input.name, title: input.title, joinToken });
  return { name: input.name, joinToken, expiresAt: expiresAt.toISOString(), start };
}

/** The old key opens nothing from now on, and what it agreed to ends; it is kept for its old signatures. */
async function forgetKey(ctx: HubContext, tx: Db, name: string): Promise<void> {
  if (!may(ctx.user, "cluster.replace")) throw new KrdcError("forbidden", "cluster.invite_forbidden");
  const cluster = await lockByName(tx, name);
  if (!cluster) throw new KrdcError("not_found", "cluster.not_found");
  const { key, jkt } = cluster;
  if (!key || !jkt) return;
  const entry = { actor: ctx.user.account, action: "cluster.replace", subject: name };
  const agreements = await endAgreementsOf(ctx, tx, { host: name, actor: ctx.user.account, isAcknowledged: true });
  await recordEntry(tx, ctx.now(), { ...entry, detail: { key, jkt, agreements } });
  await voidEnrolment(tx, name, [...cluster.formerKeys, { jkt, key, until: ctx.now().toISOString() }]);
}
