import { and, eq, isNull } from "drizzle-orm";
import { members, organizations } from "#drizzle/hub/schema/members";
import type { Db } from "#server/db/connect";
import type { Member, NewMember, User } from "./member";

/** Makes the member or refreshes what the provider says of them; the pseudonym never changes. */
export async function upsertMember(db: Db, { organization, ...values }: NewMember): Promise<Member> {
  return db.transaction(async (tx) => {
    await tx
      .insert(organizations)
      .values(organization)
      .onConflictDoUpdate({ target: organizations.id, set: { name: organization.name } });
    const { pseudonym: _first, issuer: _issuer, subject: _subject, ...fresh } = values;
    const [row] = await tx
      .insert(members)
      .values({ ...values, organizationId: organization.id })
      .onConflictDoUpdate({
        target: [members.issuer, members.subject],
        set: { ...fresh, organizationId: organization.id },
      })
      .returning();
    if (!row) throw new TypeError("an upsert answers its row");
    return row;
  });
}

export async function findMemberBySubject(db: Db, issuer: string, subject: string): Promise<Member | undefined> {
  const [row] = await db
    .select()
    .from(members)
    .where(and(eq(members.issuer, issuer), eq(members.subject, subject)));
  return row;
}

/** A disabled member is a member not found. */
export async function findUserById(db: Db, id: string): Promise<User | undefined> {
  const [row] = await db
    .select({
      id: members.id,
      account: members.account,
      name: members.name,
      organization: { id: organizations.id, name: organizations.name },
      roles: members.roles,
      pseudonym: members.pseudonym,
    })
    .from(members)
    .innerJoin(organizations, eq(organizations.id, members.organizationId))
    .where(and(eq(members.id, id), isNull(members.disabledAt)));
  return row;
}

/** Accounts are names within one provider: of two providers two people may have the same. */
export async function lockByAccount(db: Db, account: string): Promise<Member[]> {
  return db.select().from(members).where(eq(members.account, account)).orderBy(members.id).for("update");
}

export async function updateDisabled(db: Db, id: string, disabledAt: Date | null): Promise<void> {
  await db.update(members).set({ disabledAt }).where(eq(members.id, id));
}
