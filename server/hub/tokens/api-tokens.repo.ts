import { and, desc, eq, gt, isNull } from "drizzle-orm";
import { apiTokens } from "#drizzle/hub/schema/members";
import type { Db } from "#server/db/connect";
import type { ApiToken } from "./api-token";

type NewToken = Pick<ApiToken, "memberId" | "name" | "tokenHash" | "createdAt" | "expiresAt">;

export async function insertToken(db: Db, values: NewToken): Promise<ApiToken> {
  const [row] = await db.insert(apiTokens).values(values).returning();
  if (!row) throw new TypeError("an insert answers its row");
  return row;
}

/** The member of a living token; its use is noted. */
export async function takeToken(db: Db, tokenHash: string, now: Date): Promise<string | undefined> {
  const [row] = await db
    .update(apiTokens)
    .set({ lastUsedAt: now })
    .where(and(eq(apiTokens.tokenHash, tokenHash), isNull(apiTokens.revokedAt), gt(apiTokens.expiresAt, now)))
    .returning({ memberId: apiTokens.memberId });
  return row?.memberId;
}

export async function revokeOwn(db: Db, memberId: string, id: string, now: Date): Promise<boolean> {
  const rows = await db
    .update(apiTokens)
    .set({ revokedAt: now })
    .where(and(eq(apiTokens.id, id), eq(apiTokens.memberId, memberId), isNull(apiTokens.revokedAt)))
    .returning({ id: apiTokens.id });
  return rows.length === 1;
}

export async function listOwn(db: Db, memberId: string): Promise<ApiToken[]> {
  return db
    .select()
    .from(apiTokens)
    .where(and(eq(apiTokens.memberId, memberId), isNull(apiTokens.revokedAt)))
    .orderBy(desc(apiTokens.createdAt))
    .limit(200);
}

/** Every living token of a member ends; answers how many. */
export async function revokeAllOf(db: Db, memberId: string, now: Date): Promise<number> {
  const rows = await db
    .update(apiTokens)
    .set({ revokedAt: now })
    .where(and(eq(apiTokens.memberId, memberId), isNull(apiTokens.revokedAt)))
    .returning({ id: apiTokens.id });
  return rows.length;
}
