import { and, eq, inArray, sql } from "drizzle-orm";
import { usageEntries } from "#drizzle/hub/schema/grants";
import type { Db } from "#server/db/connect";
import type { UsageEntry, UsageSum } from "./usage";

/** False when this attempt has its line already. */
export async function insertEntry(db: Db, entry: UsageEntry): Promise<boolean> {
  const rows = await db
    .insert(usageEntries)
    .values(entry)
    .onConflictDoNothing()
    .returning({ key: usageEntries.runKey });
  return rows.length === 1;
}

export async function findEntry(db: Db, runKey: string, attempt: number): Promise<UsageEntry | undefined> {
  const [row] = await db
    .select()
    .from(usageEntries)
    .where(and(eq(usageEntries.runKey, runKey), eq(usageEntries.attempt, attempt)));
  return row;
}

const sums = {
  agreementId: usageEntries.agreementId,
  runs: sql<number>`count(distinct (${usageEntries.home}, ${usageEntries.runKey}))::int`,
  cpuSeconds: sql<number>`sum(${usageEntries.cpuSeconds})`,
  gpuSeconds: sql<number>`sum(${usageEntries.gpuSeconds})`,
  outputBytes: sql<number>`sum(${usageEntries.outputBytes})::float8`,
};

type SumRow = UsageSum & { agreementId: string };

export async function sumOfAgreements(db: Db, ids: readonly string[]): Promise<SumRow[]> {
  if (ids.length === 0) return [];
  return db
    .select(sums)
    .from(usageEntries)
    .where(inArray(usageEntries.agreementId, [...ids]))
    .groupBy(usageEntries.agreementId);
}

export async function sumOfHost(db: Db, host: string): Promise<SumRow[]> {
  return db.select(sums).from(usageEntries).where(eq(usageEntries.host, host)).groupBy(usageEntries.agreementId);
}
