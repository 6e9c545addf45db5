import type { HubContext } from "../context";
import { listOwn } from "./api-tokens.repo";
import type { ApiTokenRow } from "./create-api-token";

export async function listApiTokens(ctx: HubContext): Promise<{ items: ApiTokenRow[] }> {
  const rows = await listOwn(ctx.db, ctx.user.id);
  const items = rows.map((row) => ({
    id: row.id,
    name: row.name,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  }));
  return { items };
}
