import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, ne, sql } from "drizzle-orm";
import { auditCheckpoints, auditEntries } from "#drizzle/audit/audit";
import type { Db } from "#server/db/connect";
import type { AuditEntry, ChainedEntry, StoredEntry } from "./entry";

export type StoredCheckpoint = typeof auditCheckpoints.$inferSelect;
export type Head = { position: number; hash: string };

const chainLock = 82140118;

/** A Date holds milliseconds and hides changes below them; era and microseconds are part of what is hashed. */
const exactAt = sql<string>`coalesce(
  to_char(${auditEntries.at} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"AD'), ${auditEntries.at}::text)`;

const stored = {
  id: auditEntries.id,
  at: exactAt,
  actor: auditEntries.actor,
  action: auditEntries.action,
  subject: auditEntries.subject,
  detail: auditEntries.detail,
};

/** Times as everybody writes them; an odd one stays as it is and so has another hash. */
const withTime = <T extends { at: string }>(row: T): T => ({
  ...row,
  at: row.at.replace(/(\.\d{3})(\d{3})ZAD$/, (_, ms, us) => `${ms}${us === "000" ? "" : us}Z`),
});

export async function insertEntry(db: Db, at: Date, entry: AuditEntry): Promise<string> {
  const [row] = await db
    .insert(auditEntries)
    .values({ at, ...entry })
    .returning({ id: auditEntries.id });
  return row?.id ?? "";
}

export async function hasEntry(db: Db, { action, subject, detail = {} }: Omit<AuditEntry, "actor">): Promise<boolean> {
  const same = sql`${auditEntries.detail} = ${JSON.stringify(detail)}::jsonb`;
  const [row] = await db
    .select({ id: auditEntries.id })
    .from(auditEntries)
    .where(and(eq(auditEntries.action, action), eq(auditEntries.subject, subject), same))
    .limit(1);
  return row !== undefined;
}

export async function hasUnchained(db: Db): Promise<boolean> {
  const [row] = await db
    .select({ id: auditEntries.id })
    .from(auditEntries)
    .where(isNull(auditEntries.position))
    .limit(1);
  return row !== undefined;
}

/** One sequencer at a time, over all processes; held until the transaction ends. */
export async function lockChain(db: Db): Promise<void> {
  await db.execute(sql`select pg_advisory_xact_lock(${chainLock})`);
}

export async function selectUnchained(db: Db, limit: number): Promise<StoredEntry[]> {
  const rows = await db
    .select(stored)
    .from(auditEntries)
    .where(isNull(auditEntries.position))
    .orderBy(asc(auditEntries.ordinal))
    .limit(limit);
  return rows.map(withTime);
}

export async function updateChained(db: Db, places: { id: string; position: number; hash: string }[]): Promise<void> {
  await db.execute(sql`
    update ${auditEntries} as entry set position = place.position, hash = place.hash
    from jsonb_to_recordset(${JSON.stringify(places)}::jsonb) as place(id uuid, position bigint, hash text)
    where entry.id = place.id and entry.position is null`);
}

export async function selectHead(db: Db): Promise<Head | undefined> {
  const [row] = await db
    .select({ position: auditEntries.position, hash: auditEntries.hash })
    .from(auditEntries)
    .where(isNotNull(auditEntries.position))
    .orderBy(desc(auditEntries.position))
    .limit(1);
  return row?.position == null ? undefined : { position: row.position, hash: row.hash ?? "" };
}

/** The chain's next entries in its order, from behind `after`, or from wherever it begins. */
export async function selectChained(db: Db, after: number | undefined, limit: number): Promise<ChainedEntry[]> {
  const rows = await db
    .select({ ...stored, position: sql<number>`${auditEntries.position}`.mapWith(Number), hash: auditEntries.hash })
    .from(auditEntries)
    .where(after === undefined ? isNotNull(auditEntries.position) : gt(auditEntries.position, after))
    .orderBy(asc(auditEntries.position))
    .limit(limit);
  return rows.map(withTime);
}

export async function selectHashes(db: Db, positions: number[]): Promise<Head[]> {
  if (positions.length === 0) return [];
  const rows = await db
    .select({ position: sql<number>`${auditEntries.position}`.mapWith(Number), hash: auditEntries.hash })
    .from(auditEntries)
    .where(inArray(auditEntries.position, positions));
  return rows.map(({ position, hash }) => ({ position, hash: hash ?? "" }));
}

/** False when a checkpoint of this place is known already. */
export async function insertCheckpoint(db: Db, row: StoredCheckpoint): Promise<boolean> {
  const rows = await db.insert(auditCheckpoints).values(row).onConflictDoNothing().returning();
  return rows.length === 1;
}

export async function selectNewestCheckpoint(db: Db, chain: string): Promise<StoredCheckpoint | undefined> {
  const [row] = await db
    .select()
    .from(auditCheckpoints)
    .where(eq(auditCheckpoints.chain, chain))
    .orderBy(desc(auditCheckpoints.position))
    .limit(1);
  return row;
}

export async function selectCheckpoint(db: Db, chain: string, position: number): Promise<StoredCheckpoint | undefined> {
  const [row] = await db
    .select()
    .from(auditCheckpoints)
    .where(and(eq(auditCheckpoints.chain, chain), eq(auditCheckpoints.position, position)));
  return row;
}

export async function selectOwnCheckpoints(db: Db, chain: string): Promise<StoredCheckpoint[]> {
  return db
    .select()
    .from(auditCheckpoints)
    .where(eq(auditCheckpoints.chain, chain))
    .orderBy(asc(auditCheckpoints.position));
}

/**
 * The newest of each other chain and a spread over its whole past: a chain rewritten long ago agrees with what was
 * signed since, and only older checkpoints tell.
 */
export async function selectHeld(db: Db, own: string, perChain: number): Promise<StoredCheckpoint[]> {
  const half = perChain / 2;
  const ranked = db
    .select({
      chain: auditCheckpoints.chain,
      position: auditCheckpoints.position,
      rank: sql<number>`row_number() over (partition by ${auditCheckpoints.chain} order by ${auditCheckpoints.position} desc)`.as(
        "rank",
      ),
      total: sql<number>`count(*) over (partition by ${auditCheckpoints.chain})`.as("total"),
    })
    .from(auditCheckpoints)
    .where(ne(auditCheckpoints.chain, own))
    .as("ranked");
  const rows = await db
    .select({ checkpoint: auditCheckpoints })
    .from(ranked)
    .innerJoin(
      auditCheckpoints,
      and(eq(auditCheckpoints.chain, ranked.chain), eq(auditCheckpoints.position, ranked.position)),
    )
    .where(sql`${ranked.rank} <= ${half} or ${ranked.rank} % ceil(${ranked.total} / ${half}::numeric)::bigint = 0`);
  return rows.map(({ checkpoint }) => checkpoint);
}
