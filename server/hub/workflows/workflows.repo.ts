import { and, desc, eq, isNull, lt, or, sql } from "drizzle-orm";
import { workflows, workflowVersions } from "#drizzle/hub/schema/workflows";
import type { Db } from "#server/db/connect";
import type { PublishedWorkflow, StoredWorkflow } from "./workflow";

type NewWorkflow = Pick<StoredWorkflow, "ownerId" | "draft" | "searchText" | "isTemplate" | "createdAt" | "updatedAt">;

export async function insertWorkflow(db: Db, values: NewWorkflow): Promise<StoredWorkflow> {
  const [row] = await db.insert(workflows).values(values).returning();
  if (!row) throw new TypeError("an insert answers its row");
  return row;
}

const visibleTo = (memberId: string) =>
  and(isNull(workflows.deletedAt), or(eq(workflows.ownerId, memberId), eq(workflows.isTemplate, true)));

export async function findVisible(db: Db, memberId: string, id: string): Promise<StoredWorkflow | undefined> {
  const [row] = await db
    .select()
    .from(workflows)
    .where(and(eq(workflows.id, id), visibleTo(memberId)));
  return row;
}

const ownedBy = (memberId: string, id: string) =>
  and(eq(workflows.id, id), eq(workflows.ownerId, memberId), isNull(workflows.deletedAt));

export async function lockOwn(db: Db, memberId: string, id: string): Promise<StoredWorkflow | undefined> {
  const [row] = await db.select().from(workflows).where(ownedBy(memberId, id)).for("update");
  return row;
}

type Draft = Pick<StoredWorkflow, "draft" | "searchText" | "updatedAt">;

/** Undefined when somebody saved another revision meanwhile. */
export async function updateDraft(
  db: Db,
  memberId: string,
  id: string,
  revision: number,
  values: Draft,
): Promise<number | undefined> {
  const [row] = await db
    .update(workflows)
    .set({ ...values, revision: revision + 1 })
    .where(and(ownedBy(memberId, id), eq(workflows.revision, revision)))
    .returning({ revision: workflows.revision });
  return row?.revision;
}

export async function markDeleted(db: Db, memberId: string, id: string, now: Date): Promise<boolean> {
  const rows = await db
    .update(workflows)
    .set({ deletedAt: now })
    .where(ownedBy(memberId, id))
    .returning({ id: workflows.id });
  return rows.length === 1;
}

/** Newest first. */
export async function listVersions(db: Db, workflowId: string): Promise<PublishedWorkflow[]> {
  return db
    .select()
    .from(workflowVersions)
    .where(eq(workflowVersions.workflowId, workflowId))
    .orderBy(desc(workflowVersions.version));
}

export async function insertVersion(db: Db, values: PublishedWorkflow): Promise<void> {
  await db.insert(workflowVersions).values(values);
}

export type WorkflowFilter = {
  memberId: string;
  likes: readonly string[];
  before: { at: string; id: string } | undefined;
};
export type ListedWorkflow = { workflow: StoredWorkflow; version: number | null };

const newestVersion = sql<
  number | null
>`(select max(${workflowVersions.version}) from ${workflowVersions} where ${workflowVersions.workflowId} = ${workflows.id})`;

export async function listVisible(db: Db, filter: WorkflowFilter, limit: number): Promise<ListedWorkflow[]> {
  const { before } = filter;
  return db
    .select({ workflow: workflows, version: newestVersion })
    .from(workflows)
    .where(
      and(
        visibleTo(filter.memberId),
        ...filter.likes.map((like) => sql`${workflows.searchText} like ${like}`),
        before &&
          or(
            lt(workflows.updatedAt, new Date(before.at)),
            and(eq(workflows.updatedAt, new Date(before.at)), lt(workflows.id, before.id)),
          ),
      ),
    )
    .orderBy(desc(workflows.updatedAt), desc(workflows.id))
    .limit(limit);
}

export async function listTemplates(db: Db): Promise<StoredWorkflow["draft"][]> {
  const rows = await db
    .select({ draft: workflows.draft })
    .from(workflows)
    .where(and(eq(workflows.isTemplate, true), isNull(workflows.deletedAt)))
    .orderBy(workflows.createdAt)
    .limit(100);
  return rows.map(({ draft }) => draft);
}
