import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import type { HubContext } from "../context";
import { revokeOwn } from "./sessions.repo";

/** Signs one of one's own browsers out from afar. */
export async function revokeSession(ctx: HubContext, { id }: { id: string }): Promise<{ id: string }> {
  return ctx.db.transaction(async (tx) => {
    if (!(await revokeOwn(tx, ctx.user.id, id, ctx.now()))) throw new KrdcError("not_found", "session.not_found");
    await recordEntry(tx, ctx.now(), { actor: ctx.user.account, action: "session.revoke", subject: id });
    return { id };
  });
}
