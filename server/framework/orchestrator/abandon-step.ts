import { KrdcError } from "#server/errors";
import type { PortalUser } from "#server/protocol/framework-api";
import { type FrameworkContext, within } from "../context";
import { abandonRemote } from "../exchange/abandon-remote";
import { lockRun, selectSteps } from "./runs.repo";

/** The owner of a run gives up one attempt that runs, or ran, where nobody can be asked; it may run twice if retried. */
export async function abandonStep(
  ctx: FrameworkContext,
  user: PortalUser,
  id: string,
  which: { step: string; index: number },
): Promise<void> {
  await ctx.db.transaction(async (db) => {
    const run = await lockRun(db, id);
    if (run.owner !== user.sub) throw new KrdcError("not_found", "run.not_found");
    const rows = await selectSteps(db, id, [which.step]);
    const row = rows.find((one) => one.index === which.index);
    if (!row) throw new KrdcError("not_found", "run.step_not_found");
    await abandonRemote(within(ctx, db), user.sub, row);
  });
}
