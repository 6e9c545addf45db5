import { and, desc, eq, isNull, sql } from "drizzle-orm";
import { authorizations, grants } from "#drizzle/hub/schema/grants";
import type { Db } from "#server/db/connect";
import type { Authorization, Grant } from "./grant-checks";

/** A run that was refused and is submitted again gets its consent anew. */
export async function upsertAuthorization(
  db: Db,
  values: Omit<Authorization, "createdAt" | "revokedAt">,
): Promise<void> {
  const { steps, expiresAt } = values;
  await db
    .insert(authorizations)
    .values(values)
    .onConflictDoUpdate({
      target: authorizations.runId,
      set: { steps, expiresAt, revokedAt: null },
      setWhere: eq(authorizations.memberId, values.memberId),
    });
}

export async function findAuthorization(db: Db, id: string): Promise<Authorization | undefined> {
  const [row] = await db.select().from(authorizations).where(eq(authorizations.id, id));
  return row;
}

export async function findAuthorizationOfRun(db: Db, runId: string): Promise<Authorization | undefined> {
  const [row] = await db.select().from(authorizations).where(eq(authorizations.runId, runId));
  return row;
}

export async function revokeOfRun(db: Db, runId: string, now: Date): Promise<void> {
  await db
    .update(authorizations)
    .set({ revokedAt: now })
    .where(and(eq(authorizations.runId, runId), isNull(authorizations.revokedAt)));
}

export async function insertGrant(db: Db, values: Omit<Grant, "introspectedAt">): Promise<void> {
  await db.insert(grants).values(values);
}

export async function findGrant(db: Db, id: string): Promise<Grant | undefined> {
  const [row] = await db.select().from(grants).where(eq(grants.id, id));
  return row;
}

export async function listOfAttempt(db: Db, runKey: string, attempt: number): Promise<Grant[]> {
  return db
    .select()
    .from(grants)
    .where(and(eq(grants.runKey, runKey), eq(grants.attempt, attempt)))
    .orderBy(desc(grants.issuedAt))
    .limit(50);
}

/** Whether a grant of this run of the app was made before under this agreement. */
export async function isCountedRun(db: Db, runKey: string, agreementId: string): Promise<boolean> {
  const [row] = await db
    .select({ one: sql`1` })
    .from(grants)
    .where(and(eq(grants.runKey, runKey), eq(grants.agreementId, agreementId)))
    .limit(1);
  return row !== undefined;
}

export async function markIntrospected(db: Db, id: string, now: Date): Promise<void> {
  await db.update(grants).set({ introspectedAt: now }).where(eq(grants.id, id));
}
