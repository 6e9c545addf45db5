import { lt } from "drizzle-orm";
import { usedProofs } from "#drizzle/hub/schema/proofs";
import type { Db } from "#server/db/connect";

/** False when this proof was taken before. */
export async function insertProof(db: Db, id: string, forgetAt: Date): Promise<boolean> {
  const rows = await db.insert(usedProofs).values({ id, forgetAt }).onConflictDoNothing().returning();
  return rows.length === 1;
}

export async function deleteForgotten(db: Db, now: Date): Promise<void> {
  await db.delete(usedProofs).where(lt(usedProofs.forgetAt, now));
}
