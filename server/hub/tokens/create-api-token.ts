import { recordEntry } from "#server/audit/record-entry";
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

/** `actor` is who makes it: its member, or this machine for a demo account's. */
type Wish = { memberId: string; actor: string; name: string; days?: number | undefined };

/** Makes a key for scripts; this answer is the only time that it is shown. */
export async function createApiToken(db: Db, wish: Wish, now: Date): Promise<ApiTokenRow & { token: string }> {
  const token = makeApiToken();
  const values = {
    memberId: wish.memberId,
    name: wish.name,
    tokenHash: hashOfSecret(token),
    createdAt: now,
    expiresAt: new Date(now.getTime() + (wish.days ?? defaultDays) * 86_400_000),
  };
  const row = await db.transaction(async (tx) => {
    const made = await insertToken(tx, values);
    const detail = { member: wish.memberId, name: made.name, until: made.expiresAt.toISOString() };
    await recordEntry(tx, now, { actor: wish.actor, action: "token.create", subject: made.id, detail });
    return made;
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
