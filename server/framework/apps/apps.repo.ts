import { and, asc, desc, eq, isNotNull, isNull, lte, or, sql } from "drizzle-orm";
import { builds, images } from "#drizzle/framework/schema/apps";
import type { Db } from "#server/db/connect";
import type { Reason } from "#server/protocol/run-view";
import { leaseMs } from "../work-loop";

export type ImageRow = typeof images.$inferSelect;
export type Build = typeof builds.$inferSelect;

export async function selectImage(db: Db, digest: string): Promise<ImageRow | undefined> {
  const [row] = await db.select().from(images).where(eq(images.digest, digest));
  return row;
}

export async function selectVersion(db: Db, name: string, version: string): Promise<ImageRow | undefined> {
  const [row] = await db
    .select()
    .from(images)
    .where(and(eq(images.name, name), eq(images.version, version)));
  return row;
}

export async function selectNewestPublished(db: Db, name: string): Promise<ImageRow | undefined> {
  const [row] = await db
    .select()
    .from(images)
    .where(and(eq(images.name, name), eq(images.state, "PUBLISHED")))
    .orderBy(desc(images.createdAt))
    .limit(1);
  return row;
}

export async function selectImages(db: Db): Promise<ImageRow[]> {
  return db.select().from(images).orderBy(asc(images.name), desc(images.createdAt));
}

/** Returns undefined when this name and version already stand for other content. */
export async function insertImage(db: Db, row: typeof images.$inferInsert): Promise<ImageRow | undefined> {
  await db.insert(images).values(row).onConflictDoNothing();
  const found = await selectVersion(db, row.name, row.version);
  return found?.digest === row.digest ? found : undefined;
}

export async function updateImagePublished(db: Db, digest: string, at: Date): Promise<void> {
  await db.update(images).set({ state: "PUBLISHED", publishedAt: at }).where(eq(images.digest, digest));
}

export async function insertBuild(
  db: Db,
  values: { builtBy: string; sourceSha256: string },
  now: Date,
): Promise<Build> {
  const [row] = await db
    .insert(builds)
    .values({ ...values, createdAt: now, wakeAt: now })
    .returning();
  if (!row) throw new TypeError("an insert gives its row");
  await db.execute(sql`select pg_notify('krdc_work', '')`);
  return row;
}

export async function selectBuild(db: Db, id: string): Promise<Build | undefined> {
  const [row] = await db.select().from(builds).where(eq(builds.id, id));
  return row;
}

export async function claimBuild(db: Db, now: Date): Promise<Build | undefined> {
  const next = db
    .select({ id: builds.id })
    .from(builds)
    .where(
      and(
        isNotNull(builds.wakeAt),
        lte(builds.wakeAt, now),
        or(isNull(builds.leaseUntil), lte(builds.leaseUntil, now)),
      ),
    )
    .orderBy(asc(builds.createdAt))
    .limit(1)
    .for("update", { skipLocked: true });
  const [claimed] = await db
    .update(builds)
    .set({ fence: sql`${builds.fence} + 1`, leaseUntil: new Date(now.getTime() + leaseMs) })
    .where(eq(builds.id, sql`(${next})`))
    .returning();
  return claimed;
}

const mine = (build: Build) => and(eq(builds.id, build.id), eq(builds.fence, build.fence));

export async function updateBuild(
  db: Db,
  build: Build,
  change: Partial<Pick<Build, "state" | "digest" | "leaseUntil" | "wakeAt" | "endedAt">> & { reason?: Reason | null },
): Promise<void> {
  await db.update(builds).set(change).where(mine(build));
}

export async function wakeAllBuilds(db: Db, now: Date): Promise<void> {
  await db.update(builds).set({ leaseUntil: null, wakeAt: now }).where(isNull(builds.endedAt));
}
