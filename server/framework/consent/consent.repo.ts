import { and, eq, isNull, lt, ne, or, sql } from "drizzle-orm";
import { remoteAttempts } from "#drizzle/framework/schema/remote-attempts";
import { stepRuns } from "#drizzle/framework/schema/runs";
import type { Db } from "#server/db/connect";
import { consentEnded } from "#server/protocol/consent";
import type { Reason } from "#server/protocol/run-view";
import type { RemoteAttempt } from "../exchange/remote-attempt";

type HeldRun = Pick<RemoteAttempt, "runId" | "authorizationId">;

const isUnsent = and(eq(remoteAttempts.state, "WAITING_GRANT"), isNull(remoteAttempts.cancelRequestedAt));
/** The same as `awaitsConsent` says of one row. */
const isHeld = and(isUnsent, sql`${remoteAttempts.waiting}->>'code' = ${consentEnded}`);

/** One line for each run, however many of its attempts rest. */
export async function selectHeldRuns(db: Db): Promise<HeldRun[]> {
  return db
    .selectDistinct({ runId: remoteAttempts.runId, authorizationId: remoteAttempts.authorizationId })
    .from(remoteAttempts)
    .where(isHeld);
}

/** Whether a step of this run waits for its person's consent. */
export async function selectIsHeld(db: Db, runId: string): Promise<boolean> {
  const [row] = await db
    .select({ id: stepRuns.id })
    .from(stepRuns)
    .where(and(eq(stepRuns.runId, runId), eq(stepRuns.state, "WAITING_CONSENT")))
    .limit(1);
  return row !== undefined;
}

async function tell(db: Db, rows: Pick<RemoteAttempt, "proxyName">[]): Promise<void> {
  for (const name of new Set(rows.map((row) => row.proxyName))) {
    await db.execute(sql`select pg_notify('krdc_remote', ${name})`);
  }
}

/** Whatever of the run was not sent yet rests as well; the proxies hear of it. */
export async function holdUnsent(db: Db, runId: string, waiting: Reason): Promise<void> {
  const rows = await db
    .update(remoteAttempts)
    .set({ waiting })
    .where(and(eq(remoteAttempts.runId, runId), isUnsent))
    .returning({ proxyName: remoteAttempts.proxyName });
  await tell(db, rows);
}

/** Ends the rest of a run's attempts; answers those that go on. */
export async function releaseHeld(db: Db, runId: string): Promise<RemoteAttempt[]> {
  const rows = await db
    .update(remoteAttempts)
    .set({ waiting: null })
    .where(and(eq(remoteAttempts.runId, runId), isHeld))
    .returning();
  await tell(db, rows);
  return rows;
}

/** Its host does not know it: the call was refused when its grant had run out. */
const isRefused = and(
  eq(remoteAttempts.state, "SUBMITTING"),
  isNull(remoteAttempts.grant),
  lt(remoteAttempts.hostSeq, 0),
  isNull(remoteAttempts.cancelRequestedAt),
);

/** What no host has goes under the agreement that the consent names now. */
export async function updateAgreementOf(db: Db, runId: string, step: string, agreementId: string): Promise<void> {
  await db
    .update(remoteAttempts)
    .set({ agreementId })
    .where(
      and(eq(remoteAttempts.runId, runId), or(isUnsent, isRefused), sql`${remoteAttempts.request}->>'step' = ${step}`),
    );
}

/** What was not sent yet of a group gets the proxy of this name. */
export async function updateProxyOf(db: Db, proxyGroup: string, proxyName: string, proxyCount: number): Promise<void> {
  await db
    .update(remoteAttempts)
    .set({ proxyName, proxyCount })
    .where(and(eq(remoteAttempts.proxyGroup, proxyGroup), isUnsent, ne(remoteAttempts.proxyName, proxyName)));
}
