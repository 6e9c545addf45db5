import type { HubContext } from "../context";
import { idleMs } from "./session";
import { listLiving } from "./sessions.repo";

export type SessionRow = { id: string; userAgent: string | null; createdAt: string; seenAt: string; expiresAt: string };

/** The signed-in browsers of the one who asks. */
export async function listSessions(ctx: HubContext): Promise<{ items: SessionRow[] }> {
  const now = ctx.now();
  const rows = await listLiving(ctx.db, ctx.user.id, new Date(now.getTime() - idleMs), now);
  const items = rows.map((row) => ({
    id: row.id,
    userAgent: row.userAgent,
    createdAt: row.createdAt.toISOString(),
    seenAt: row.seenAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  }));
  return { items };
}
