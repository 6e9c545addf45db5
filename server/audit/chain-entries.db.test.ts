import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import { type BrokenPlace, checkpointType } from "#server/protocol/audit";
import { makeSigningKey } from "#server/protocol/keys";
import { signDocument } from "#server/protocol/signed-document";
import { acceptCheckpoint } from "./accept-checkpoint";
import { chainEntries } from "./chain-entries";
import { anOwner } from "./chain-owner.build";
import type { OwnChain } from "./checkpoint";
import { hashOf, origin } from "./entry";
import { listHashes } from "./list-hashes";
import { recordEntry } from "./record-entry";
import { checkpointMs, signCheckpoint } from "./sign-checkpoint";
import { listHeld, verifyOwnChain } from "./verify-own-chain";

let database: { db: Db; drop: () => Promise<void> };
let db: Db;
let owner: OwnChain;
const now = new Date("2026-03-01T09:00:00.123Z");
const later = (ms: number) => new Date(now.getTime() + ms);

beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  ({ db } = database);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await db.execute(sql`truncate audit_entries, audit_checkpoints restart identity`);
  owner = await anOwner("bio", await makeSigningKey());
});

const entry = (subject: string) => ({ actor: "operator", action: "agreement.revoke", subject, detail: { n: 1 } });

async function write(count: number, from = 0): Promise<void> {
  for (let n = from; n < from + count; n += 1) await recordEntry(db, later(n), entry(`agreement:${n}`));
}

async function positions(): Promise<{ subject: string; position: number | null }[]> {
  const { rows } = await db.execute<{ subject: string; position: string | null }>(
    sql`select subject, position from audit_entries order by position nulls last, ordinal`,
  );
  return rows.map((row) => ({ subject: row.subject, position: row.position === null ? null : Number(row.position) }));
}

const sign = (minAgeMs = 0, at = now) => signCheckpoint(db, owner, { now: at, minAgeMs });
const brokenNow = async () => (await verifyOwnChain(db, owner)).broken;
const one = (kind: BrokenPlace["kind"], position: number): BrokenPlace[] => [
  { kind, position, until: position, by: "bio" },
];

describe("the sequencer", () => {
  test("gives committed entries their places while others write and other sequencers run, each entry one", async () => {
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; n < 25; n += 1) {
        const isUndone = n % 5 === 4;
        const writing = db.transaction(async (tx) => {
          await recordEntry(tx, now, entry(`${writer}/${n}`));
          if (isUndone) throw new Error("undone");
        });
        await writing.catch(() => undefined);
      }
    });
    let isWriting = true;
    const sequencers = Array.from({ length: 3 }, async () => {
      while (isWriting) await chainEntries(db);
    });
    await Promise.all(writers);
    isWriting = false;
    await Promise.all(sequencers);
    await chainEntries(db);
    const places = await positions();
    expect(places.map(({ position }) => position)).toEqual(Array.from({ length: 160 }, (_, n) => n + 1));
    expect(await verifyOwnChain(db, owner)).toMatchObject({ entries: 160, broken: [] });
    for (let writer = 0; writer < 8; writer += 1) {
      const own = places.filter(({ subject }) => subject.startsWith(`${writer}/`)).map(({ subject }) => subject);
      expect(own).toEqual([...own].sort((a, b) => Number(a.split("/")[1]) - Number(b.split("/")[1])));
    }
  });

  test("an entry whose transaction ends late comes later, and holds up nobody", async () => {
    let end: () => void = () => undefined;
    const isHeld = new Promise<void>((resolve) => {
      end = resolve;
    });
    let isWritten: () => void = () => undefined;
    const written = new Promise<void>((resolve) => {
      isWritten = resolve;
    });
    const slow = db.transaction(async (tx) => {
      await recordEntry(tx, now, entry("slow"));
      isWritten();
      await isHeld;
    });
    await written;
    await recordEntry(db, now, entry("quick"));
    expect(await chainEntries(db)).toBe(1);
    end();
    await slow;
    expect(await chainEntries(db)).toBe(1);
    expect(await positions()).toEqual([
      { subject: "quick", position: 1 },
      { subject: "slow", position: 2 },
    ]);
    expect(await brokenNow()).toEqual([]);
  });

  test("the hash is SHA-256 over the entry, its place and the hash before it", async () => {
    await write(2);
    await chainEntries(db);
    const { rows } = await db.execute<{ id: string; subject: string; hash: string }>(
      sql`select id, subject, hash from audit_entries order by position`,
    );
    let previous = origin;
    for (const [index, { id, subject, hash }] of rows.entries()) {
      previous = hashOf(previous, index + 1, { id, at: later(index).toISOString(), ...entry(subject) });
      expect(hash).toBe(previous);
    }
  });

  test("more than one batch is one chain", async () => {
    await db.execute(sql`insert into audit_entries (at, actor, action, subject)
      select now(), 'a', 'b', n::text from generate_series(1, 2101) n`);
    expect(await chainEntries(db)).toBe(2101);
    expect(await verifyOwnChain(db, owner)).toMatchObject({ entries: 2101, head: { position: 2101 }, broken: [] });
  });
});

describe("what somebody did in the database is named", () => {
  beforeEach(async () => {
    await write(6);
    await chainEntries(db);
    await sign();
  });

  test.each([
    { given: "another actor", what: sql`update audit_entries set actor = 'operatoR' where position = 3` },
    { given: "another action", what: sql`update audit_entries set action = 'agreement.revokf' where position = 3` },
    { given: "another subject", what: sql`update audit_entries set subject = 'agreement:3' where position = 3` },
    { given: "another detail", what: sql`update audit_entries set detail = '{"n":2}' where position = 3` },
    { given: "another hash", what: sql`update audit_entries set hash = repeat('0', 64) where position = 3` },
    { given: "no hash", what: sql`update audit_entries set hash = null where position = 3` },
    { given: "another id", what: sql`update audit_entries set id = gen_random_uuid() where position = 3` },
    {
      given: "a microsecond",
      what: sql`update audit_entries set at = at + interval '1 microsecond' where position = 3`,
    },
    { given: "no time at all", what: sql`update audit_entries set at = 'infinity' where position = 3` },
  ])("$given", async ({ what }) => {
    expect(await brokenNow()).toEqual([]);
    await db.execute(what);
    expect(await brokenNow()).toEqual(one("changed", 3));
  });

  test("a deleted entry, also when others followed", async () => {
    await db.execute(sql`delete from audit_entries where position = 2`);
    expect(await brokenNow()).toEqual(one("missing", 2));
  });

  test("the newest entry deleted: our own checkpoint remembers it", async () => {
    await db.execute(sql`delete from audit_entries where position = 6`);
    expect(await brokenNow()).toEqual(one("missing", 6));
    await write(1, 9);
    expect(await brokenNow()).toEqual(one("rewritten", 6));
  });

  test("an entry taken out of its place and left to be chained anew", async () => {
    await db.execute(sql`update audit_entries set position = null, hash = null where position = 4`);
    expect(await brokenNow()).toEqual(one("missing", 4));
  });

  test("a place too far for numbers to tell apart ends the reading", async () => {
    await db.execute(sql`update audit_entries set position = 1152921504606846977 where position = 6`);
    expect((await brokenNow()).map(({ kind, position }) => [kind, position])).toContainEqual(["missing", 6]);
  });

  test("a checkpoint of ours that we did not sign so", async () => {
    await db.execute(sql`update audit_checkpoints set hash = repeat('0', 64)`);
    expect(await brokenNow()).toEqual(one("bad_checkpoint", 6));
  });
});

describe("a checkpoint", () => {
  test("is signed when entries came and the last one is a minute old, or on demand", async () => {
    expect(await sign()).toBeUndefined();
    await write(1);
    await chainEntries(db);
    expect((await sign(checkpointMs))?.position).toBe(1);
    await write(1, 1);
    await chainEntries(db);
    expect((await sign(checkpointMs, later(checkpointMs - 1)))?.position).toBe(1);
    expect((await sign(checkpointMs, later(checkpointMs)))?.position).toBe(2);
    expect((await sign(checkpointMs, later(10 * checkpointMs)))?.at).toEqual(later(checkpointMs));
    await write(1, 2);
    await chainEntries(db);
    expect((await sign(0, later(checkpointMs)))?.position).toBe(3);
    expect(await brokenNow()).toEqual([]);
  });
});

describe("the checkpoint of another chain", () => {
  let peer: OwnChain;
  beforeEach(async () => {
    peer = await anOwner("materials", await makeSigningKey());
  });

  const hash = (digit: string) => digit.repeat(64);
  const word = (position: number, digit: string, over: object = {}, key = peer.signs) =>
    signDocument(key, checkpointType, {
      chain: "materials",
      position,
      hash: hash(digit),
      at: now.toISOString(),
      ...over,
    });
  const take = (jws: string) => acceptCheckpoint(db, now, peer, jws);
  async function forks(): Promise<unknown[]> {
    const { rows } = await db.execute(
      sql`select actor, subject, detail from audit_entries where action = 'audit.fork_seen' order by ordinal`,
    );
    return rows;
  }

  test("is kept once, however often it comes, and newer ones beside it", async () => {
    const [first, second] = [await word(5, "a"), await word(9, "b")];
    await Promise.all([take(first), take(first), take(first)]);
    await take(second);
    await take(first);
    expect((await listHeld(db, "bio")).map(({ chain, checkpoint }) => [chain, checkpoint])).toEqual([
      ["materials", second],
      ["materials", first],
    ]);
    expect(await forks()).toEqual([]);
  });

  test.each([
    { given: "signed by another key", lie: async () => word(7, "a", {}, await makeSigningKey()) },
    { given: "of another chain", lie: () => word(7, "a", { chain: "bio" }) },
    { given: "of the hub's chain", lie: () => word(7, "a", { chain: "@hub" }) },
    { given: "with a field too many", lie: () => word(7, "a", { more: 1 }) },
    { given: "without a place", lie: () => word(0, "a") },
    {
      given: "signed for another use",
      lie: () =>
        signDocument(peer.signs, "krdc-address+jws", { chain: "materials", position: 7, hash: hash("a"), at: now }),
    },
    {
      given: "with a flipped byte",
      lie: async () => (await word(7, "a")).replace(/.$/, (last) => (last === "A" ? "B" : "A")),
    },
  ])("$given is refused and leaves nothing", async ({ lie }) => {
    await expect(take(await lie())).rejects.toMatchObject({ reason: "signature.invalid" });
    expect(await listHeld(db, "bio")).toEqual([]);
    expect(await forks()).toEqual([]);
  });

  test("going backwards, or with another hash at a known place, is refused and noted once", async () => {
    await take(await word(5, "a"));
    await take(await word(9, "b"));
    const told = [await word(7, "c"), await word(9, "d"), await word(5, "e")];
    for (const jws of [...told, ...told]) await expect(take(jws)).rejects.toMatchObject({ reason: "audit.fork" });
    const known = { position: 9, hash: hash("b") };
    const about = { actor: "materials", subject: "audit:materials" };
    expect(await forks()).toEqual([
      { ...about, detail: { position: 7, hash: hash("c"), known } },
      { ...about, detail: { position: 9, hash: hash("d"), known } },
      { ...about, detail: { position: 5, hash: hash("e"), known: { position: 5, hash: hash("a") } } },
    ]);
    expect(await listHeld(db, "bio")).toHaveLength(2);
  });

  test("of a new installation begins anew under its new key", async () => {
    await take(await word(9, "b"));
    peer = await anOwner("materials", await makeSigningKey());
    expect(await take(await word(1, "c"))).toEqual({ position: 1 });
    expect(await forks()).toEqual([]);
  });

  test("is held over the chain's whole past, not its newest end only", async () => {
    await db.execute(sql`insert into audit_checkpoints (chain, position, hash, signature, at)
      select 'materials/thumbprint', n, repeat('a', 64), n::text, now() from generate_series(1, 5000) n`);
    const held = (await listHeld(db, "bio")).map(({ checkpoint }) => Number(checkpoint)).sort((a, b) => a - b);
    expect(held.length).toBeLessThanOrEqual(400);
    expect(held.slice(-200)).toEqual(Array.from({ length: 200 }, (_, n) => 4801 + n));
    const gaps = held.slice(1).map((position, index) => position - (held[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(30);
    expect(held[0]).toBeLessThanOrEqual(30);
  });
});

test("hashes are told for the places that stand", async () => {
  await write(3);
  await chainEntries(db);
  const told = await listHashes(db, [1, 3, 7]);
  expect(told.map(({ position }) => position).sort()).toEqual([1, 3]);
  expect(await listHashes(db, [])).toEqual([]);
});
