import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import type { FrameworkContext } from "../context";
import type { RemoteAttempt } from "./remote-attempt";
import { selectOfStep } from "./remote-attempts.repo";
import { settleRemote } from "./settle-remote";

/** Nobody can say what became of it: its host is silent, or does not know it any more. */
const isLost = (row: RemoteAttempt) => row.unreachableSince !== null || row.waiting?.code === "hosted_run.not_found";

/**
 * A person gives an attempt up whose host cannot be asked, knowing that it may run to its end there. Only then may a later
 * attempt begin. Call inside a transaction under the run's lock.
 */
export async function abandonRemote(
  ctx: FrameworkContext,
  by: string,
  step: { id: string; attempt: number },
): Promise<void> {
  const row = await selectOfStep(ctx.db, step.id, step.attempt);
  if (!row || row.state === "ENDED" || !isLost(row)) throw new KrdcError("conflict", "step.not_unreachable");
  const reason = { code: "step.abandoned", detail: { host: row.host, by } };
  await settleRemote(ctx, row, { outcome: "ABANDONED", reason });
  const subject = `remote-attempt:${row.runKey}:${row.attempt}`;
  await recordEntry(ctx.db, ctx.now(), {
    actor: `user:${by}`,
    action: "remote_attempt.abandoned",
    subject,
    detail: { host: row.host },
  });
}
