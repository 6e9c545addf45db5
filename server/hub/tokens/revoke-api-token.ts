import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import type { HubContext } from "../context";
import { revokeOwn } from "./api-tokens.repo";

export async function revokeApiToken(ctx: HubContext, { id }: { id: string }): Promise<{ id: string }> {
  return ctx.db.transaction(async (tx) => {
    if (!(await revokeOwn(tx, ctx.user.id, id, ctx.now()))) throw new KrdcError("not_found", "token.not_found");
    await recordEntry(tx, ctx.now(), { actor: ctx.user.account, action: "token.revoke", subject: id });
    return { id };
  });
}
