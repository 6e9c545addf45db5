import { and, asc, desc, eq, gt, inArray, isNotNull, notInArray, or, sql } from "drizzle-orm";
import { agreements, offers } from "#drizzle/framework/schema/hosting";
import type { Db } from "#server/db/connect";
import { forbiddenMove, mayBecome } from "#server/db/may-become";

export type Agreement = typeof agreements.$inferSelect;
export type Offer = typeof offers.$inferSelect;

export async function insertAgreement(db: Db, row: typeof agreements.$inferInsert): Promise<void> {
  await db.insert(agreements).values(row).onConflictDoNothing();
}

export async function selectAgreement(db: Db, id: string): Promise<Agreement | undefined> {
  const [row] = await db.select().from(agreements).where(eq(agreements.id, id));
  return row;
}

export async function selectAgreements(db: Db): Promise<Agreement[]> {
  return db.select().from(agreements).orderBy(desc(agreements.createdAt), asc(agreements.id));
}

/** Everything that depends on an agreement takes its lock first, before runs and peers. */
export async function lockAgreement(db: Db, id: string): Promise<Agreement | undefined> {
  const [row] = await db.select().from(agreements).where(eq(agreements.id, id)).for("update");
  return row;
}

/** Who must not exceed something together with all others of an app stands in line here, before any agreement's lock. */
export async function lockApp(db: Db, app: string): Promise<void> {
  await db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`agreements of ${app}`}, 0))`);
}

export async function selectSpentOfApp(db: Db, app: string) {
  const { runsUsed, used, reserved } = agreements;
  return db.select({ runsUsed, used, reserved }).from(agreements).where(eq(agreements.app, app));
}

const over: Agreement["state"][] = ["REVOKED", "REJECTED"];

/** What this user may still use of an app. */
export async function selectHeld(db: Db, held: { user: string; app: string }, now: Date): Promise<Agreement[]> {
  return db
    .select()
    .from(agreements)
    .where(
      and(
        eq(agreements.app, held.app),
        sql`${agreements.document}->>'user' = ${held.user}`,
        gt(sql`(${agreements.document}->>'expires')::timestamptz`, sql`${now.toISOString()}::timestamptz`),
        notInArray(agreements.state, [...over, "REQUESTED"]),
      ),
    );
}

/** The last agreement of this user for an app that held once. */
export async function selectLastHeld(db: Db, held: { user: string; app: string }): Promise<Agreement | undefined> {
  const [row] = await db
    .select()
    .from(agreements)
    .where(
      and(
        eq(agreements.app, held.app),
        sql`${agreements.document}->>'user' = ${held.user}`,
        isNotNull(agreements.hostSignature),
      ),
    )
    .orderBy(desc(agreements.createdAt))
    .limit(1);
  return row;
}

/** Those among these that a revocation would still change. */
export async function selectRevocable(db: Db, ids: string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .select({ id: agreements.id })
    .from(agreements)
    .where(and(inArray(agreements.id, ids), notInArray(agreements.state, ["REVOKED", "REJECTED"])))
    .orderBy(asc(agreements.id));
  return rows.map(({ id }) => id);
}

/** Those that a suspension may concern: standing ones, or suspended ones that are not among these. */
export async function selectSuspendable(db: Db, ids: string[]): Promise<Agreement[]> {
  const named = ids.length > 0 ? inArray(agreements.id, ids) : sql`false`;
  return db
    .select()
    .from(agreements)
    .where(or(eq(agreements.state, "SUSPENDED"), and(eq(agreements.state, "ACTIVE"), named)))
    .orderBy(asc(agreements.id));
}

export async function selectUntold(db: Db): Promise<string[]> {
  const rows = await db
    .select({ id: agreements.id })
    .from(agreements)
    .where(isNotNull(agreements.untoldDecision))
    .orderBy(asc(agreements.decidedAt), asc(agreements.id));
  return rows.map(({ id }) => id);
}

export async function updateAgreement(db: Db, id: string, change: Partial<Agreement>): Promise<void> {
  const rows = await db
    .update(agreements)
    .set(change)
    .where(and(eq(agreements.id, id), mayBecome("hostAgreement", agreements.state, change.state)))
    .returning({ id: agreements.id });
  if (rows.length === 0) throw forbiddenMove("hostAgreement", change.state);
}

export async function selectOffer(db: Db, app: string): Promise<Offer | undefined> {
  const [row] = await db.select().from(offers).where(eq(offers.app, app));
  return row;
}

export async function selectOffers(db: Db): Promise<Offer[]> {
  return db.select().from(offers).orderBy(asc(offers.app));
}

export async function upsertOffer(db: Db, row: typeof offers.$inferInsert): Promise<void> {
  const { app: _app, ...set } = row;
  await db.insert(offers).values(row).onConflictDoUpdate({ target: offers.app, set });
}
