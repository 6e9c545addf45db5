import { and, eq, inArray } from "drizzle-orm";
import { artifactOwners, artifacts } from "#drizzle/framework/schema/storage";
import type { Db } from "#server/db/connect";
import type { Stored } from "./store";

/** Notes a stored file and who may use it. */
export async function insertArtifact(db: Db, stored: Stored, owner: string, now: Date): Promise<void> {
  await db
    .insert(artifacts)
    .values({ sha256: stored.sha256, sizeBytes: stored.size, createdAt: now })
    .onConflictDoNothing();
  await db.insert(artifactOwners).values({ sha256: stored.sha256, owner }).onConflictDoNothing();
}

/** Of these digests, those that this owner brought or made, with their true sizes. */
export async function findOwned(db: Db, owner: string, digests: string[]): Promise<Map<string, number>> {
  if (digests.length === 0) return new Map();
  const rows = await db
    .select({ sha256: artifacts.sha256, sizeBytes: artifacts.sizeBytes })
    .from(artifactOwners)
    .innerJoin(artifacts, eq(artifacts.sha256, artifactOwners.sha256))
    .where(and(eq(artifactOwners.owner, owner), inArray(artifactOwners.sha256, digests)));
  return new Map(rows.map((row) => [row.sha256, row.sizeBytes]));
}
