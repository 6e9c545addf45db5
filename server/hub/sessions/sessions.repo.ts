import { and, desc, eq, gt, isNull } from "drizzle-orm";
import { sessions } from "#drizzle/hub/schema/members";
import type { Db } from "#server/db/connect";
import type { Session } from "./session";

type NewSession = Pick<Session, "tokenHash" | "memberId" | "sealedTokens" | "userAgent" | "seenAt" | "expiresAt">;

export async function insertSession(db: Db, values: NewSession): Promise<string> {
  const [row] = await db
    .insert(sessions)
    .values({ ...values, createdAt: values.seenAt })
    .returning({ id: sessions.id });
  if (!row) throw new TypeError("an insert answers its row");
  return row.id;
}

export async function findByHash(db: Db, tokenHash: string): Promise<Session | undefined> {
  const [row] = await db.select().from(sessions).where(eq(sessions.tokenHash, tokenHash));
  return row;
}

export async function markSeen(db: Db, id: string, now: Date): Promise<void> {
  await db.update(sessions).set({ seenAt: now }).where(eq(sessions.id, id));
}

export async function revokeByHash(db: Db, tokenHash: string, now: Date): Promise<Session | undefined> {
  const [row] = await db
    .update(sessions)
    .set({ revokedAt: now })
    .where(and(eq(sessions.tokenHash, tokenHash), isNull(sessions.revokedAt)))
    .returning();
  return row;
}

export async function revokeOwn(db: Db, memberId: string, id: string, now: Date): Promise<boolean> {
  const rows = await db
    .update(sessions)
    .set({ revokedAt: now })
    .where(and(eq(sessions.id, id), eq(sessions.memberId, memberId), isNull(sessions.revokedAt)))
    .returning({ id: sessions.id });
  return rows.length === 1;
}

export async function listLiving(db: Db, memberId: string, seenAfter: Date, now: Date): Promise<Session[]> {
  return db
    .select()
    .from(sessions)
    .where(
      and(
        eq(sessions.memberId, memberId),
        isNull(sessions.revokedAt),
        gt(sessions.expiresAt, now),
        gt(sessions.seenAt, seenAfter),
      ),
    )
    .orderBy(desc(sessions.seenAt))
    .limit(100);
}

/** Every living session of a member ends; answers how many. */
export async function revokeAllOf(db: Db, memberId: string, now: Date): Promise<number> {
  const rows = await db
    .update(sessions)
    .set({ revokedAt: now })
    .where(and(eq(sessions.memberId, memberId), isNull(sessions.revokedAt)))
    .returning({ id: sessions.id });
  return rows.length;
}
