import { KrdcError } from "#server/errors";
import type { HubContext } from "../context";
import { revokeOwn } from "./api-tokens.repo";

export async function revokeApiToken(ctx: HubContext, { id }: { id: string }): Promise<{ id: string }> {
  if (!(await revokeOwn(ctx.db, ctx.user.id, id, ctx.now()))) throw new KrdcError("not_found", "token.not_found");
  return { id };
}
