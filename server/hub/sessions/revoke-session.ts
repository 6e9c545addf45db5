import { KrdcError } from "#server/errors";
import type { HubContext } from "../context";
import { revokeOwn } from "./sessions.repo";

/** Signs one of one's own browsers out from afar. */
export async function revokeSession(ctx: HubContext, { id }: { id: string }): Promise<{ id: string }> {
  if (!(await revokeOwn(ctx.db, ctx.user.id, id, ctx.now()))) throw new KrdcError("not_found", "session.not_found");
  return { id };
}
