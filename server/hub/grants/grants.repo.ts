import { and, desc, eq, gt, inArray, isNotNull, isNull, lt, sql } from "drizzle-orm";
import { authorizations, grants, usageEntries } from "#drizzle/hub/schema/grants";
import type { Db } from "#server/db/connect";
import type { Authorization, Grant } from "./grant";

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

/** As it stands now, kept as it is until the caller's transaction ends. */
export async function lockAuthorizationOfRun(db: Db, runId: string): Promise<Authorization | undefined> {
  const [row] = await db.select().from(authorizations).where(eq(authorizations.runId, runId)).for("update");
  return row;
}

export async function updateAuthorization(
  db: Db,
  id: string,
  change: Pick<Authorization, "steps" | "expiresAt">,
): Promise<void> {
  await db.update(authorizations).set(change).where(eq(authorizations.id, id));
}

export async function revokeOfRun(db: Db, runId: string, now: Date): Promise<void> {
  await db
    .update(authorizations)
    .set({ revokedAt: now })
    .where(and(eq(authorizations.runId, runId), isNull(authorizations.revokedAt)));
}

export async function insertGrant(db: Db, values: Omit<Grant, "introspectedAt" | "closedAt">): Promise<void> {
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

/** Grants of earlier attempts that still open something, kept as they are until the caller's transaction ends. */
export async function lockOpenBefore(db: Db, runKey: string, attempt: number): Promise<Grant[]> {
  return db
    .select()
    .from(grants)
    .where(and(eq(grants.runKey, runKey), lt(grants.attempt, attempt), isNull(grants.closedAt)))
    .orderBy(grants.id)
    .for("update");
}

export async function closeBefore(db: Db, runKey: string, attempt: number, now: Date): Promise<void> {
  await db
    .update(grants)
    .set({ closedAt: now })
    .where(and(eq(grants.runKey, runKey), lt(grants.attempt, attempt), isNull(grants.closedAt)));
}

/** Whether a later attempt of this run was granted. */
export async function hasLater(db: Db, runKey: string, attempt: number): Promise<boolean> {
  const [row] = await db
    .select({ one: sql`1` })
    .from(grants)
    .where(and(eq(grants.runKey, runKey), gt(grants.attempt, attempt)))
    .limit(1);
  return row !== undefined;
}

/** False when it was closed: whoever closes it waits for this statement, or this one for them. */
export async function markIntrospected(db: Db, id: string, now: Date): Promise<boolean> {
  const rows = await db
    .update(grants)
    .set({ introspectedAt: now })
    .where(and(eq(grants.id, id), isNull(grants.closedAt)))
    .returning({ id: grants.id });
  return rows.length === 1;
}

export async function countLive(
  db: Db,
  agreements: readonly string[],
): Promise<{ agreementId: string; live: number }[]> {
  if (agreements.length === 0) return [];
  const hasEnded = sql`exists (select 1 from ${usageEntries}
    where ${usageEntries.runKey} = ${grants.runKey} and ${usageEntries.attempt} = ${grants.attempt})`;
  return db
    .select({
      agreementId: grants.agreementId,
      live: sql<number>`count(distinct (${grants.runKey}, ${grants.attempt}))::int`,
    })
    .from(grants)
    .where(
      and(
        inArray(grants.agreementId, [...agreements]),
        isNotNull(grants.introspectedAt),
        isNull(grants.closedAt),
        sql`not ${hasEnded}`,
      ),
    )
    .groupBy(grants.agreementId);
}
