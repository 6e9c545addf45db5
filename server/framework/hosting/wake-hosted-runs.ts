import type { FrameworkContext } from "../context";
import { wakeExecutions } from "../execution/queue-execution";
import { selectWaiting } from "./hosted-runs.repo";

/** What was told to wait looks again whether it may begin now. */
export async function wakeHostedRuns(ctx: FrameworkContext, of: { agreementId?: string } = {}): Promise<void> {
  await wakeExecutions(ctx, await selectWaiting(ctx.db, of));
}
