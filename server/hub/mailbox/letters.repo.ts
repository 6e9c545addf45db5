import { and, asc, eq, gt, inArray, lte, sql } from "drizzle-orm";
import { clusters, letters } from "#drizzle/hub/schema/clusters";
import type { Db } from "#server/db/connect";
import type { SealedLetter } from "#server/protocol/reach";

type NewLetter = SealedLetter & { createdAt: Date; expiresAt: Date };

/** Senders to one recipient are counted one after the other, until the caller's transaction ends. */
export async function lockRecipient(db: Db, to: string): Promise<void> {
  await db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`letters to ${to}`}, 0))`);
}

export type Waiting = { letters: number; bytes: number; ofSender: number };

export async function countWaiting(db: Db, { from, to }: SealedLetter, now: Date): Promise<Waiting> {
  const [row] = await db
    .select({
      letters: sql<number>`count(*)::int`,
      bytes: sql<number>`coalesce(sum(octet_length(${letters.sealed})), 0)::float8`,
      ofSender: sql<number>`(count(*) filter (where ${letters.from} = ${from}))::int`,
    })
    .from(letters)
    .where(and(eq(letters.to, to), gt(letters.expiresAt, now)));
  return row ?? { letters: 0, bytes: 0, ofSender: 0 };
}

export async function findLetter(db: Db, id: string): Promise<SealedLetter | undefined> {
  const { from, to, sealed } = letters;
  const [row] = await db.select({ id: letters.id, from, to, sealed }).from(letters).where(eq(letters.id, id));
  return row;
}

export async function insertLetter(db: Db, letter: NewLetter): Promise<void> {
  await db.insert(letters).values(letter).onConflictDoNothing();
}

const isActive = (name: typeof letters.from | typeof letters.to) =>
  sql`exists (select 1 from ${clusters} where ${clusters.name} = ${name} and ${clusters.state} = 'ACTIVE')`;

/** The oldest for this recipient, as many as fit; always one if there is one. Both ends must still be members. */
export async function listLetters(
  db: Db,
  to: string,
  now: Date,
  most: { letters: number; bytes: number },
): Promise<SealedLetter[]> {
  const waiting = db
    .select({
      id: letters.id,
      from: letters.from,
      to: letters.to,
      sealed: letters.sealed,
      seq: letters.seq,
      before:
        sql<number>`sum(octet_length(${letters.sealed})) over (order by ${letters.seq}) - octet_length(${letters.sealed})`.as(
          "before",
        ),
    })
    .from(letters)
    .where(and(eq(letters.to, to), gt(letters.expiresAt, now), isActive(letters.from), isActive(letters.to)))
    .orderBy(asc(letters.seq))
    .limit(most.letters)
    .as("waiting");
  const { id, from, to: recipient, sealed, seq } = waiting;
  return db
    .select({ id, from, to: recipient, sealed })
    .from(waiting)
    .where(sql`${waiting.before} = 0 or ${waiting.before} + octet_length(${sealed}) <= ${most.bytes}`)
    .orderBy(asc(seq));
}

/** Only the recipient's own. */
export async function deleteLetters(db: Db, to: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await db.delete(letters).where(and(eq(letters.to, to), inArray(letters.id, [...ids])));
}

export async function deleteExpired(db: Db, now: Date): Promise<void> {
  await db.delete(letters).where(lte(letters.expiresAt, now));
}
