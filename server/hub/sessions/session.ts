import type { sessions } from "#drizzle/hub/schema/members";

export type Session = typeof sessions.$inferSelect;

export const idleMs = 30 * 60_000;
export const absoluteMs = 12 * 60 * 60_000;
/** `seen_at` is written at most this often, so that reading a page is not always a write. */
const seenEveryMs = 60_000;

/** Whether a session still stands for its person at this moment. */
export function isAlive(session: Pick<Session, "seenAt" | "expiresAt" | "revokedAt">, now: Date): boolean {
  if (session.revokedAt !== null) return false;
  if (session.expiresAt <= now) return false;
  return now.getTime() - session.seenAt.getTime() < idleMs;
}

export const isSeenDue = (session: Pick<Session, "seenAt">, now: Date) =>
  now.getTime() - session.seenAt.getTime() >= seenEveryMs;
