import { and, eq, inArray, isNotNull, isNull, not, sql } from "drizzle-orm";
import { peers } from "#drizzle/framework/schema/hosting";
import type { Db } from "#server/db/connect";
import type { PublicKey } from "#server/protocol/keys";

export type Peer = typeof peers.$inferSelect;

export async function selectPeers(db: Db): Promise<Peer[]> {
  return db.select().from(peers);
}

export async function selectPeer(db: Db, name: string): Promise<Peer | undefined> {
  const [row] = await db.select().from(peers).where(eq(peers.name, name));
  return row;
}

export async function selectPeerByKey(db: Db, jkt: string): Promise<Peer | undefined> {
  const [row] = await db.select().from(peers).where(eq(peers.jkt, jkt));
  return row;
}

/** The operator's word pins a peer's key; only the operator's word pins another one. */
export async function upsertPeer(
  db: Db,
  peer: { name: string; jkt: string; key: PublicKey; gateway: string },
  now: Date,
) {
  await db
    .insert(peers)
    .values({ ...peer, acceptedAt: now })
    .onConflictDoUpdate({
      target: peers.name,
      set: {
        jkt: peer.jkt,
        key: peer.key,
        gateway: peer.gateway,
        acceptedAt: now,
        suspendedAt: null,
        // Another key is another installation, whose numbers begin anew.
        cursor: sql`case when ${peers.jkt} = ${peer.jkt} then ${peers.cursor} else 0 end`,
      },
    });
}

/** A peer that moved house keeps its key: the address alone may follow the hub's word. */
export async function updateGateway(db: Db, jkt: string, gateway: string): Promise<void> {
  await db.update(peers).set({ gateway }).where(eq(peers.jkt, jkt));
}

export async function updateCursor(db: Db, name: string, cursor: number): Promise<void> {
  await db.update(peers).set({ cursor }).where(eq(peers.name, name));
}

/** False when there is no such peer. */
export async function updateSuspended(db: Db, name: string, suspendedAt: Date | null): Promise<boolean> {
  const rows = await db.update(peers).set({ suspendedAt }).where(eq(peers.name, name)).returning({ name: peers.name });
  return rows.length > 0;
}

/** Sets the hub's suspension of exactly these peers; answers whose changed. */
export async function updateSuspendedByHub(db: Db, names: string[], now: Date) {
  const named = names.length > 0 ? inArray(peers.name, names) : sql`false`;
  const suspended = await db
    .update(peers)
    .set({ suspendedByHubAt: now })
    .where(and(named, isNull(peers.suspendedByHubAt)))
    .returning({ name: peers.name });
  const resumed = await db
    .update(peers)
    .set({ suspendedByHubAt: null })
    .where(and(not(named), isNotNull(peers.suspendedByHubAt)))
    .returning({ name: peers.name });
  return [
    ...suspended.map(({ name }) => ({ name, isSuspended: true })),
    ...resumed.map(({ name }) => ({ name, isSuspended: false })),
  ];
}

/** The next number of what we tell this peer; the row's lock makes numbers appear in the order of their commits. */
export async function nextEventSeq(db: Db, name: string): Promise<number> {
  const [row] = await db
    .update(peers)
    .set({ eventSeq: sql`${peers.eventSeq} + 1` })
    .where(eq(peers.name, name))
    .returning({ seq: peers.eventSeq });
  await db.execute(sql`select pg_notify('krdc_hosted', ${name})`);
  return row?.seq ?? 0;
}
