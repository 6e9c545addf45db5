import { and, eq, gte, inArray, isNotNull, isNull, lt, ne, or, sql } from "drizzle-orm";
import { remoteAttempts } from "#drizzle/framework/schema/remote-attempts";
import type { Db } from "#server/db/connect";
import { forbiddenMove, mayBecome } from "#server/db/may-become";
import type { RemoteAttempt } from "./remote-attempt";

type Key = Pick<RemoteAttempt, "runKey" | "attempt">;

const is = (key: Key) => and(eq(remoteAttempts.runKey, key.runKey), eq(remoteAttempts.attempt, key.attempt));
const tell = (db: Db, proxyName: string) => db.execute(sql`select pg_notify('krdc_remote', ${proxyName})`);

export async function insertRemoteAttempt(db: Db, row: typeof remoteAttempts.$inferInsert): Promise<void> {
  await db.insert(remoteAttempts).values(row).onConflictDoNothing();
  await tell(db, row.proxyName);
}

export async function selectRemoteAttempt(db: Db, key: Key): Promise<RemoteAttempt | undefined> {
  const [row] = await db.select().from(remoteAttempts).where(is(key));
  return row;
}

export async function lockRemoteAttempt(db: Db, key: Key): Promise<RemoteAttempt | undefined> {
  const [row] = await db.select().from(remoteAttempts).where(is(key)).for("update");
  return row;
}

/** Everything that this proxy app stands for; one that was replaced stands for nothing. */
export async function selectByProxy(db: Db, proxyName: string): Promise<RemoteAttempt[]> {
  const group = proxyName.slice(0, proxyName.lastIndexOf("-"));
  return db
    .select()
    .from(remoteAttempts)
    .where(and(eq(remoteAttempts.proxyGroup, group), eq(remoteAttempts.proxyName, proxyName)))
    .orderBy(remoteAttempts.createdAt, remoteAttempts.runKey, remoteAttempts.attempt);
}

/** How many proxy apps were made for a group so far. */
export async function selectProxyCount(db: Db, proxyGroup: string): Promise<number> {
  const [row] = await db
    .select({ count: sql<number>`coalesce(max(${remoteAttempts.proxyCount}), 0)::int` })
    .from(remoteAttempts)
    .where(eq(remoteAttempts.proxyGroup, proxyGroup));
  return row?.count ?? 0;
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
    .where(
      and(is(key), ne(remoteAttempts.state, "ENDED"), mayBecome("remoteAttempt", remoteAttempts.state, change.state)),
    )
    .returning({ proxyName: remoteAttempts.proxyName });
  // Who sets a state holds the row's lock and has seen that it lives.
  if (rows.length === 0 && change.state) throw forbiddenMove("remoteAttempt", change.state);
  for (const { proxyName } of rows) await tell(db, proxyName);
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

/** Whatever is not over with this host. */
export async function selectOpenAt(db: Db, host: string): Promise<RemoteAttempt[]> {
  return db
    .select()
    .from(remoteAttempts)
    .where(and(eq(remoteAttempts.host, host), ne(remoteAttempts.state, "ENDED")));
}

/** What was sent to this host, or may have been, and was open at some time since, in a stable order. */
export async function selectSince(
  db: Db,
  host: string,
  { since, after }: { since: Date; after: Key | null },
  limit: number,
): Promise<RemoteAttempt[]> {
  const key = sql`(${remoteAttempts.runKey}, ${remoteAttempts.attempt})`;
  const isOpen = and(ne(remoteAttempts.state, "ENDED"), ne(remoteAttempts.state, "WAITING_GRANT"));
  const wasSent = or(gte(remoteAttempts.hostSeq, 0), isNotNull(remoteAttempts.grantId));
  const isRecent = or(gte(remoteAttempts.createdAt, since), gte(remoteAttempts.endedAt, since));
  return db
    .select()
    .from(remoteAttempts)
    .where(
      and(
        eq(remoteAttempts.host, host),
        or(isOpen, and(wasSent, isRecent)),
        after ? sql`${key} > (${after.runKey}, ${after.attempt}::int)` : undefined,
      ),
    )
    .orderBy(remoteAttempts.runKey, remoteAttempts.attempt)
    .limit(limit);
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

export async function selectOfStep(db: Db, stepRunId: string, attempt: number): Promise<RemoteAttempt | undefined> {
  const [row] = await db
    .select()
    .from(remoteAttempts)
    .where(and(eq(remoteAttempts.stepRunId, stepRunId), eq(remoteAttempts.attempt, attempt)));
  return row;
}

/** What hosts have accepted and not ended. */
export async function selectAccepted(db: Db): Promise<RemoteAttempt[]> {
  return db
    .select()
    .from(remoteAttempts)
    .where(
      and(
        inArray(remoteAttempts.state, ["SUBMITTING", "REMOTE_QUEUED", "REMOTE_RUNNING"]),
        gte(remoteAttempts.hostSeq, 0),
      ),
    );
}

/** Cancelled by their owner and not over yet. */
export async function selectCancelling(db: Db): Promise<RemoteAttempt[]> {
  return db
    .select()
    .from(remoteAttempts)
    .where(
      and(
        isNotNull(remoteAttempts.cancelRequestedAt),
        inArray(remoteAttempts.state, ["SUBMITTING", "REMOTE_QUEUED", "REMOTE_RUNNING"]),
      ),
    );
}

/** Given up by a person, and never heard of since. */
export async function selectAbandoned(db: Db): Promise<RemoteAttempt[]> {
  return db
    .select()
    .from(remoteAttempts)
    .where(and(eq(remoteAttempts.outcome, "ABANDONED"), isNull(remoteAttempts.receipt)));
}

/** An ended attempt gets its host's record after all; how it ended here stands. */
export async function updateLateReceipt(db: Db, key: Key, receipt: string): Promise<void> {
  await db
    .update(remoteAttempts)
    .set({ receipt })
    .where(and(is(key), eq(remoteAttempts.state, "ENDED"), isNull(remoteAttempts.receipt)));
}

type Reported = { grantId: string; runKey: string; attempt: number; receipt: string };

/** Terminal records that the hub's ledger does not have yet. */
export async function selectUnreportedReceipts(db: Db, limit: number): Promise<Reported[]> {
  const { grantId, runKey, attempt, receipt } = remoteAttempts;
  const rows = await db
    .select({ grantId, runKey, attempt, receipt })
    .from(remoteAttempts)
    .where(
      and(eq(remoteAttempts.state, "ENDED"), isNotNull(receipt), isNotNull(grantId), isNull(remoteAttempts.reportedAt)),
    )
    .limit(limit);
  return rows as Reported[];
}

export async function updateReceiptReported(db: Db, keys: Key[], now: Date): Promise<void> {
  for (const key of keys) await db.update(remoteAttempts).set({ reportedAt: now }).where(is(key));
}
