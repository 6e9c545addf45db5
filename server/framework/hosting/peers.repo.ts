import { and, eq, inArray, isNotNull, isNull, not, or, sql } from "drizzle-orm";
import { peers } from "#drizzle/framework/schema/hosting";
import type { Db } from "#server/db/connect";

export type Peer = typeof peers.$inferSelect;

export async function selectPeers(db: Db): Promise<Peer[]> {
  return db.select().from(peers);
}

export async function selectPeer(db: Db, name: string): Promise<Peer | undefined> {
  const [row] = await db.select().from(peers).where(eq(peers.name, name));
  return row;
}

/** By its key, the one that it announced, or one that it had. */
export async function selectPeerByKey(db: Db, jkt: string): Promise<Peer | undefined> {
  const announced = sql`${peers.keyChange}->>'jkt' = ${jkt}`;
  const former = sql`${peers.formerKeys} @> ${JSON.stringify([{ jkt }])}::jsonb`;
  const rows = await db
    .select()
    .from(peers)
    .where(or(eq(peers.jkt, jkt), announced, former));
  return rows.find((row) => row.jkt === jkt) ?? rows[0];
}

export async function lockPeer(db: Db, name: string): Promise<Peer | undefined> {
  const [row] = await db.select().from(peers).where(eq(peers.name, name)).for("update");
  return row;
}

export type PeerKeys = Pick<Peer, "jkt" | "key" | "keyChange" | "formerKeys">;

export async function updatePeerKeys(db: Db, name: string, keys: PeerKeys): Promise<void> {
  const { jkt, key, keyChange, formerKeys } = keys;
  await db.update(peers).set({ jkt, key, keyChange, formerKeys }).where(eq(peers.name, name));
}

/** The operator's word pins a peer's key; only the operator's word pins another one. */
export async function upsertPeer(db: Db, peer: { name: string; gateway: string } & PeerKeys, now: Date) {
  await db
    .insert(peers)
    .values({ ...peer, acceptedAt: now })
    .onConflictDoUpdate({
      target: peers.name,
      set: {
        jkt: peer.jkt,
        key: peer.key,
        keyChange: peer.keyChange,
        formerKeys: peer.formerKeys,
        gateway: peer.gateway,
        acceptedAt: now,
        suspendedAt: null,
        // Another key is another installation, whose numbers begin anew.
        cursor: sql`case when ${peers.jkt} = ${peer.jkt} then ${peers.cursor} else 0 end`,
      },
    });
}

/** A peer that moved house keeps its key: the address alone may follow the hub's word. */
export async function updateGateway(db: Db, name: string, gateway: string): Promise<void> {
  await db.update(peers).set({ gateway }).where(eq(peers.name, name));
}

/** The certificate by which letters to this peer are sealed. */
export async function updateEncryptionKey(db: Db, name: string, encryptionKey: string): Promise<void> {
  await db.update(peers).set({ encryptionKey }).where(eq(peers.name, name));
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

/**
 * The next number of what we tell this peer, who is woken when the transaction commits; the row's lock makes numbers appear
 * in the order of their commits.
 */
export async function nextEventSeq(db: Db, name: string): Promise<number> {
  const next = db.$with("next").as(
    db
      .update(peers)
      .set({ eventSeq: sql`${peers.eventSeq} + 1` })
      .where(eq(peers.name, name))
      .returning({ seq: peers.eventSeq }),
  );
  const [row] = await db
    .with(next)
    .select({ seq: next.seq, woken: sql`pg_notify('krdc_hosted', ${name})` })
    .from(next);
  return row?.seq ?? 0;
}
