import { and, desc, eq, gt, inArray, isNotNull, isNull, lte, or, type SQL, sql } from "drizzle-orm";
import { agreements } from "#drizzle/hub/schema/agreements";
import { appVersions, listings } from "#drizzle/hub/schema/market";
import { members } from "#drizzle/hub/schema/members";
import type { Db } from "#server/db/connect";
import { forbiddenMove } from "#server/db/may-become";
import type { Bilingual } from "#server/graph/text";
import { mayMove } from "#server/protocol/transitions";
import { type Agreement, wasTakenAway } from "./agreement";

type Coordinates = { memberId: string; host: string; app: string };
type NewAgreement = Pick<
  Agreement,
  "id" | "memberId" | "host" | "app" | "state" | "document" | "hubSignature" | "purpose" | "expiresAt" | "createdAt"
>;

const open = inArray(agreements.state, ["REQUESTED", "APPROVED", "ACTIVE", "SUSPENDED"]);
const at = ({ memberId, host, app }: Coordinates) =>
  and(eq(agreements.memberId, memberId), eq(agreements.host, host), eq(agreements.app, app));

export async function findOpen(db: Db, coordinates: Coordinates): Promise<Agreement | undefined> {
  const [row] = await db
    .select()
    .from(agreements)
    .where(and(at(coordinates), open));
  return row;
}

export async function findNewest(db: Db, coordinates: Coordinates): Promise<Agreement | undefined> {
  const [row] = await db.select().from(agreements).where(at(coordinates)).orderBy(desc(agreements.createdAt)).limit(1);
  return row;
}

/** Signed by its host once, or ended by somebody other than the member: a request that was withdrawn decides nothing. */
const decisive = or(isNotNull(agreements.hostSignature), inArray(agreements.revokedBy, ["operator", "hub"]));

export async function findDecisive(db: Db, coordinates: Coordinates): Promise<Agreement | undefined> {
  const [row] = await db
    .select()
    .from(agreements)
    .where(and(at(coordinates), decisive))
    .orderBy(desc(agreements.createdAt))
    .limit(1);
  return row;
}

/** `host/app` of what was taken away from this member and not given again since. */
export async function listTakenAway(db: Db, memberId: string): Promise<string[]> {
  const rows = await db
    .select({
      path: sql<string>`${agreements.host} || '/' || ${agreements.app}`,
      revokedBy: agreements.revokedBy,
    })
    .from(agreements)
    .where(and(eq(agreements.memberId, memberId), decisive))
    .orderBy(agreements.createdAt);
  const last = new Map(rows.map(({ path, revokedBy }) => [path, revokedBy]));
  return [...last].flatMap(([path, revokedBy]) => (wasTakenAway({ revokedBy }) ? [path] : []));
}

export async function findById(db: Db, id: string): Promise<Agreement | undefined> {
  const [row] = await db.select().from(agreements).where(eq(agreements.id, id));
  return row;
}

/** Locks are always taken agreement first, then budget, then run. */
export async function lockById(db: Db, id: string): Promise<Agreement | undefined> {
  const [row] = await db.select().from(agreements).where(eq(agreements.id, id)).for("update");
  return row;
}

/** Undefined when the member already holds an open agreement for this app and host. */
export async function insertAgreement(db: Db, values: NewAgreement): Promise<Agreement | undefined> {
  const [row] = await db.insert(agreements).values(values).onConflictDoNothing().returning();
  return row;
}

type Change = Partial<
  Pick<
    Agreement,
    | "state"
    | "document"
    | "hostSignature"
    | "hubSignature"
    | "revokedBy"
    | "refusal"
    | "deliveredAt"
    | "endedAt"
    | "expiresAt"
    | "runsUsed"
  >
>;

/** Changes it only while it stands in one of these states. */
export async function changeAgreement(
  db: Db,
  id: string,
  from: Agreement["state"][],
  change: Change,
): Promise<Agreement | undefined> {
  const { state } = change;
  if (state && !from.every((one) => mayMove("hubAgreement", one, state))) throw forbiddenMove("hubAgreement", state);
  const [row] = await db
    .update(agreements)
    .set(change)
    .where(and(eq(agreements.id, id), inArray(agreements.state, from)))
    .returning();
  return row;
}

/** Ended ones leave the open index, so that a new one may be made. */
export async function expireOpen(db: Db, coordinates: Coordinates, now: Date): Promise<void> {
  await db
    .update(agreements)
    .set({ state: "EXPIRED", endedAt: now })
    .where(and(at(coordinates), open, lte(agreements.expiresAt, now)));
}

/** How many requests of this member, and at this host, await an answer; others that ask at once are counted one after the other. */
export async function countRequests(
  db: Db,
  { memberId, host }: Pick<Agreement, "memberId" | "host">,
  now: Date,
): Promise<{ ofMember: number; atHost: number }> {
  for (const name of [`requests of ${memberId}`, `requests at ${host}`]) {
    await db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`);
  }
  const awaiting = and(eq(agreements.state, "REQUESTED"), gt(agreements.expiresAt, now));
  const [ofMember, atHost] = [eq(agreements.memberId, memberId), eq(agreements.host, host)];
  return {
    ofMember: await db.$count(agreements, and(ofMember, awaiting)),
    atHost: await db.$count(agreements, and(atHost, awaiting)),
  };
}

/** Requests that their hosts have not taken in yet, oldest first. */
export async function listUndelivered(db: Db, now: Date): Promise<Agreement[]> {
  return db
    .select()
    .from(agreements)
    .where(and(eq(agreements.state, "REQUESTED"), isNull(agreements.deliveredAt), gt(agreements.expiresAt, now)))
    .orderBy(agreements.createdAt)
    .limit(1000);
}

/** All of a host's that are not over, kept as they are until the caller's transaction ends; in the order of their ids. */
export async function lockOpenOfHost(db: Db, host: string): Promise<Agreement[]> {
  return db
    .select()
    .from(agreements)
    .where(and(eq(agreements.host, host), open))
    .orderBy(agreements.id)
    .for("update");
}

export type Narrowed = { id: string; isRevoked: boolean };

/** What a host must hear of: permissions that are revoked, lately or not acknowledged yet, and those that the hub holds. */
export async function listNarrowed(db: Db, host: string, since: Date): Promise<Narrowed[]> {
  const isRevoked = or(
    eq(agreements.state, "REVOKING"),
    and(eq(agreements.state, "REVOKED"), gt(agreements.endedAt, since)),
  );
  const isHeldHere = and(eq(agreements.state, "SUSPENDED"), sql`${agreements.revokedBy} ~ '(hub|operator)'`);
  return db
    .select({ id: agreements.id, isRevoked: sql<boolean>`${agreements.state} <> 'SUSPENDED'` })
    .from(agreements)
    .where(and(eq(agreements.host, host), or(isRevoked, isHeldHere)))
    .orderBy(agreements.id);
}

/** Pseudonyms of disabled members who hold or held agreements at this host. */
export async function listDisabledHolders(db: Db, host: string): Promise<string[]> {
  const rows = await db
    .selectDistinct({ pseudonym: members.pseudonym })
    .from(agreements)
    .innerJoin(members, eq(members.id, agreements.memberId))
    .where(and(eq(agreements.host, host), isNotNull(members.disabledAt)))
    .orderBy(members.pseudonym);
  return rows.map(({ pseudonym }) => pseudonym);
}

/** Where this member holds what is not over. */
export async function listHostsOf(db: Db, memberId: string): Promise<string[]> {
  const rows = await db
    .selectDistinct({ host: agreements.host })
    .from(agreements)
    .where(and(eq(agreements.memberId, memberId), open));
  return rows.map(({ host }) => host);
}

export async function listRevoking(db: Db): Promise<Agreement[]> {
  return db.select().from(agreements).where(eq(agreements.state, "REVOKING")).limit(5000);
}

/** Everything that this member holds now, by `host/app`. */
export async function listGranted(
  db: Db,
  memberId: string,
  now: Date,
): Promise<{ path: string; document: Agreement["document"] }[]> {
  return db
    .select({ path: sql<string>`${agreements.host} || '/' || ${agreements.app}`, document: agreements.document })
    .from(agreements)
    .where(and(eq(agreements.memberId, memberId), eq(agreements.state, "ACTIVE"), gt(agreements.expiresAt, now)));
}

export type ListedAgreement = { agreement: Agreement; user: Bilingual; appTitle: Bilingual | null };

const newestListing = and(eq(listings.cluster, agreements.host), eq(listings.name, agreements.app));
const itsVersion = and(
  eq(appVersions.cluster, listings.cluster),
  eq(appVersions.name, listings.name),
  eq(appVersions.version, listings.version),
);

/** The member's own, those at these hosts, or all. */
export async function listVisible(
  db: Db,
  seen: { memberId: string; hosts: string[]; all: boolean },
): Promise<ListedAgreement[]> {
  const own = eq(agreements.memberId, seen.memberId);
  const visible: SQL | undefined = seen.hosts.length > 0 ? or(own, inArray(agreements.host, seen.hosts)) : own;
  return db
    .select({
      agreement: agreements,
      user: members.name,
      appTitle: sql<Bilingual | null>`${appVersions.document}->'title'`,
    })
    .from(agreements)
    .innerJoin(members, eq(members.id, agreements.memberId))
    .leftJoin(listings, newestListing)
    .leftJoin(appVersions, itsVersion)
    .where(seen.all ? undefined : visible)
    .orderBy(desc(agreements.createdAt))
    .limit(500);
}
