import { digestOfJson } from "#server/protocol/canonical";

/** A decision about permission: who, what, about what, and plain facts. */
export type AuditEntry = { actor: string; action: string; subject: string; detail?: Record<string, unknown> };

/** An entry as it stands in the database, `at` to the microsecond that the database keeps. */
export type StoredEntry = { id: string; at: string; actor: string; action: string; subject: string; detail: unknown };
export type ChainedEntry = StoredEntry & { position: number; hash: string | null };

/** What the first entry of every chain names as the hash before it. */
export const origin = "0".repeat(64);

/** The hash of an entry at its place; whoever changes either, or anything before it, gets another one. */
export const hashOf = (previous: string, position: number, entry: StoredEntry): string =>
  digestOfJson({
    previous,
    position,
    id: entry.id,
    at: entry.at,
    actor: entry.actor,
    action: entry.action,
    subject: entry.subject,
    detail: entry.detail,
  });
