import { and, asc, eq, gt, gte, inArray, ne, or } from "drizzle-orm";
import { agreements } from "#drizzle/hub/schema/agreements";
import { runs } from "#drizzle/hub/schema/runs";
import type { Db } from "#server/db/connect";

type Page = { of: string; after: string | null };

export async function selectAgreementsOf(db: Db, { of, after }: Page, limit: number) {
  return db
    .select()
    .from(agreements)
    .where(and(eq(agreements.host, of), after ? gt(agreements.id, after) : undefined))
    .orderBy(asc(agreements.id))
    .limit(limit);
}

/** What waits for an owner is handed to the owner's framework once more. */
export async function updateUndelivered(db: Db, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  await db
    .update(agreements)
    .set({ deliveredAt: null })
    .where(and(inArray(agreements.id, ids), eq(agreements.state, "REQUESTED")));
}

const open = ["QUEUED", "RUNNING"] as const;

/** Handed to this home since then, or not over; what was never handed over is settled elsewhere. */
export async function selectRunsOf(db: Db, { of, after }: Page, since: Date, limit: number) {
  const isOfInterest = or(gte(runs.createdAt, since), gte(runs.endedAt, since), inArray(runs.state, [...open]));
  return db
    .select({ id: runs.id, seq: runs.seq, stepsTotal: runs.stepsTotal })
    .from(runs)
    .where(
      and(
        eq(runs.home, of),
        ne(runs.state, "SUBMITTING"),
        ne(runs.state, "REFUSED"),
        isOfInterest,
        after ? gt(runs.id, after) : undefined,
      ),
    )
    .orderBy(asc(runs.id))
    .limit(limit);
}
