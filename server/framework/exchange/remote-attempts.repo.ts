import { and, eq, isNotNull, isNull, lt, ne, sql } from "drizzle-orm";
import { remoteAttempts } from "#drizzle/framework/schema/remote-attempts";
import type { Db } from "#server/db/connect";
import type { RemoteAttempt } from "./remote-attempt";

type Key = Pick<RemoteAttempt, "runKey" | "attempt">;

const is = (key: Key) => and(eq(remoteAttempts.runKey, key.runKey), eq(remoteAttempts.attempt, key.attempt));
const tell = (db: Db, key: Key) => db.execute(sql`select pg_notify('krdc_remote', ${`${key.runKey}:${key.attempt}`})`);

export async function insertRemoteAttempt(db: Db, row: typeof remoteAttempts.$inferInsert): Promise<void> {
  await db.insert(remoteAttempts).values(row).onConflictDoNothing();
}

export async function selectRemoteAttempt(db: Db, key: Key): Promise<RemoteAttempt | undefined> {
  const [row] = await db.select().from(remoteAttempts).where(is(key));
  return row;
}

export async function lockRemoteAttempt(db: Db, key: Key): Promise<RemoteAttempt | undefined> {
  const [row] = await db.select().from(remoteAttempts).where(is(key)).for("update");
  return row;
}

export async function selectByProxy(db: Db, proxyName: string): Promise<RemoteAttempt | undefined> {
  const [row] = await db.select().from(remoteAttempts).where(eq(remoteAttempts.proxyName, proxyName));
  return row;
}

/** Changes what home knows of an attempt and tells whoever watches it; an ended attempt never changes again. */
export async function updateRemoteAttempt(
  db: Db,
  key: Key,
  change: Partial<Omit<RemoteAttempt, "runKey" | "attempt">>,
): Promise<boolean> {
  const rows = await db
    .update(remoteAttempts)
    .set(change)
    .where(and(is(key), ne(remoteAttempts.state, "ENDED")))
    .returning({ attempt: remoteAttempts.attempt });
  if (rows.length > 0) await tell(db, key);
  return rows.length > 0;
}

export async function updateLogBytes(db: Db, key: Key, logBytes: number): Promise<void> {
  await db
    .update(remoteAttempts)
    .set({ logBytes })
    .where(and(is(key), lt(remoteAttempts.logBytes, logBytes)));
}

export async function selectOfRun(db: Db, runId: string): Promise<RemoteAttempt[]> {
  return db.select().from(remoteAttempts).where(eq(remoteAttempts.runId, runId));
}

/** Attempts that were sent, or may have been, to this host and are not over. */
export async function selectLiveAt(db: Db, host: string): Promise<RemoteAttempt[]> {
  return db
    .select()
    .from(remoteAttempts)
    .where(
      and(eq(remoteAttempts.host, host), ne(remoteAttempts.state, "ENDED"), ne(remoteAttempts.state, "WAITING_GRANT")),
    );
}

export async function selectLiveHosts(db: Db): Promise<string[]> {
  const rows = await db
    .selectDistinct({ host: remoteAttempts.host })
    .from(remoteAttempts)
    .where(and(ne(remoteAttempts.state, "ENDED"), ne(remoteAttempts.state, "WAITING_GRANT")));
  return rows.map((row) => row.host);
}

export async function selectUncancelled(db: Db, runId: string): Promise<RemoteAttempt[]> {
  return db
    .select()
    .from(remoteAttempts)
    .where(
      and(eq(remoteAttempts.runId, runId), ne(remoteAttempts.state, "ENDED"), isNull(remoteAttempts.cancelRequestedAt)),
    );
}

/** Ended attempts whose results were taken and whose host was not told so yet. */
export async function selectUnacknowledged(
  db: Db,
  limit: number,
): Promise<Pick<RemoteAttempt, "runKey" | "attempt" | "host">[]> {
  return db
    .select({ runKey: remoteAttempts.runKey, attempt: remoteAttempts.attempt, host: remoteAttempts.host })
    .from(remoteAttempts)
    .where(
      and(
        eq(remoteAttempts.state, "ENDED"),
        isNotNull(remoteAttempts.receipt),
        isNull(remoteAttempts.acknowledgedAt),
        ne(remoteAttempts.outcome, "RESULTS_REFUSED"),
      ),
    )
    .limit(limit);
}

export async function updateAcknowledged(db: Db, key: Key, now: Date): Promise<void> {
  await db.update(remoteAttempts).set({ acknowledgedAt: now }).where(is(key));
}
