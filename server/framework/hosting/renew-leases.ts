import type { z } from "zod";
import type { leaseAnswer } from "#server/protocol/framework-api";
import { type FrameworkContext, within } from "../context";
import { wakeExecutions } from "../execution/queue-execution";
import { type Lease, lockAmong, updateLeases } from "./hosted-runs.repo";

/** Home is still interested in these: they live on, and those whose lease was over may begin again. What we do not know is named. */
export async function renewLeases(
  ctx: FrameworkContext,
  home: string,
  leases: readonly Lease[],
): Promise<z.infer<typeof leaseAnswer>> {
  const now = ctx.now();
  const leaseUntil = new Date(now.getTime() + ctx.timing.leaseMs);
  const known = await ctx.db.transaction(async (db) => {
    const rows = await lockAmong(db, home, leases);
    const living = rows.filter((row) => row.outcome === null);
    await updateLeases(db, home, living, leaseUntil);
    const waking = living.filter((row) => row.state === "QUEUED" && (row.leaseUntil === null || row.leaseUntil <= now));
    await wakeExecutions(
      within(ctx, db),
      waking.map((row) => row.executionName),
    );
    return new Set(rows.map((row) => `${row.runKey}:${row.attempt}`));
  });
  const unknown = leases.filter(({ runKey, attempt }) => !known.has(`${runKey}:${attempt}`));
  return { leaseUntil: leaseUntil.toISOString(), unknown: unknown.map(({ runKey, attempt }) => ({ runKey, attempt })) };
}
