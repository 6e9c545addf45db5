import type { Db } from "#server/db/connect";
import { hashOfSecret } from "../members/member";
import { defaultDays, makeApiToken } from "./api-token";
import { insertToken } from "./api-tokens.repo";

export type ApiTokenRow = {
  id: string;
  name: string;
  createdAt: string;
  expiresAt: string;
  lastUsedAt: string | null;
};

type Wish = { memberId: string; name: string; days?: number | undefined };

/** Makes a key for scripts; this answer is the only time that it is shown. */
export async function createApiToken(db: Db, wish: Wish, now: Date): Promise<ApiTokenRow & { token: string }> {
  const token = makeApiToken();
  const row = await insertToken(db, {
    memberId: wish.memberId,
    name: wish.name,
    tokenHash: hashOfSecret(token),
    createdAt: now,
    expiresAt: new Date(now.getTime() + (wish.days ?? defaultDays) * 86_400_000),
  });
  return {
    id: row.id,
    name: row.name,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    lastUsedAt: null,
    token,
  };
}
