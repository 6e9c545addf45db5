import type { Db } from "#server/db/connect";
import { KrdcError } from "#server/errors";
import type { HubContext } from "../context";
import { may } from "./may";
import type { Member } from "./member";
import { lockByAccount } from "./members.repo";

/** The one member of this account for a hub operator who decides about them, kept as they are until the transaction ends. */
export async function lockMember(ctx: HubContext, db: Db, account: string): Promise<Member> {
  if (!may(ctx.user, "member.disable")) throw new KrdcError("forbidden", "member.not_yours");
  const [found, ...others] = await lockByAccount(db, account);
  if (!found) throw new KrdcError("not_found", "member.unknown_account", { detail: { account } });
  if (others.length > 0) throw new KrdcError("conflict", "member.ambiguous", { detail: { account } });
  return found;
}
