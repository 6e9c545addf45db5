import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { acceptCheckpoint } from "#server/audit/accept-checkpoint";
import { chainEntries } from "#server/audit/chain-entries";
import { anOwner } from "#server/audit/chain-owner.build";
import { signHead } from "#server/audit/checkpoint";
import { hashOf, origin } from "#server/audit/entry";
import { listHashes } from "#server/audit/list-hashes";
import { recordEntry } from "#server/audit/record-entry";
import { signCheckpoint } from "#server/audit/sign-checkpoint";
import { listHeld, verifyOwnChain } from "#server/audit/verify-own-chain";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import { hubChain } from "#server/protocol/audit";
import { makeSigningKey, publicPart, thumbprintOf } from "#server/protocol/keys";
import type { Hub } from "../context";
import { aGateway, type GatewayDouble } from "../gateways/gateway.build";
import { aCluster, aContext, aHub, aMember, type Clock, type TestCluster } from "../hub.build";
import { localUser } from "../members/member";
import { auditProblems } from "./audit-problems";
import { chainAudit } from "./chain-audit";
import { getCheckpoint } from "./get-checkpoint";
import { ownChain } from "./own-chain";
import { takeCheckpoint } from "./take-checkpoint";
import { verifyAudit } from "./verify-audit";

type Framework = { name: string; cluster: TestCluster; db: Db; gateway: GatewayDouble; drop: () => Promise<void> };

let database: { db: Db; drop: () => Promise<void> };
let hub: Hub & { allowedOrigins: string[] };
let clock: Clock;
let bio: Framework;
let materials: Framework;

const operator = () => aContext(database.db, hub, clock, localUser(["hub-operator"]));
const owner = ({ name, cluster }: Pick<Framework, "name" | "cluster">) => anOwner(name, cluster.key);

/** A framework whose gateway answers from an audit chain of its own, in a database of its own. */
async function aFramework(name: string): Promise<Framework> {
  const own = await aHubDatabase(inject("pgAdminUrl"));
  const gateway = await aGateway();
  const cluster = await aCluster({ db: database.db, hub, clock }, name, gateway.url);
  gateway.answers.set("GET /v1/audit/verification", async () => ({
    json: { ...(await verifyOwnChain(own.db, await owner({ name, cluster }))), held: await listHeld(own.db, name) },
  }));
  gateway.answers.set("POST /v1/audit/hashes", async ({ body }) => ({
    json: { hashes: await listHashes(own.db, JSON.parse(body).positions) },
  }));
  const drop = async () => {
    await gateway.close();
    await own.drop();
  };
  return { name, cluster, db: own.db, gateway, drop };
}

async function decide(db: Db, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await recordEntry(db, clock.now, { actor: "operator", action: "agreement.revoke", subject: `agreement:${n}` });
  }
  await chainEntries(db);
}

/** Everybody signs and everybody else takes it, as the frameworks' loops do. */
async function exchange(): Promise<void> {
  await chainAudit(operator());
  const { checkpoint } = await getCheckpoint(await bio.cluster.context());
  for (const [from, to] of [
    [bio, materials],
    [materials, bio],
  ] as const) {
    const newest = await signCheckpoint(from.db, await owner(from), { now: clock.now, minAgeMs: 0 });
    if (newest) await acceptCheckpoint(to.db, clock.now, await owner(from), newest.signature);
    if (newest) await takeCheckpoint(await from.cluster.context(), { checkpoint: newest.signature });
    if (checkpoint) {
      await acceptCheckpoint(from.db, clock.now, ownChain(operator()), checkpoint);
    }
  }
}

/** Whoever owns a database changes an entry, computes every hash behind it anew and hides the own checkpoints. */
async function rewrite(db: Db, from: number, chain: string): Promise<void> {
  await db.execute(sql`update audit_entries set actor = 'somebody else' where position = ${from}`);
  const { rows } = await db.execute<{ id: string; position: string; at: Date; actor: string } & Record<string, string>>(
    sql`select * from audit_entries where position is not null order by position`,
  );
  let previous = origin;
  for (const row of rows) {
    const { id, actor, action = "", subject = "", detail } = row;
    const at = new Date(row.at).toISOString();
    previous = hashOf(previous, Number(row.position), { id, at, actor, action, subject, detail });
    await db.execute(sql`update audit_entries set hash = ${previous} where id = ${id}`);
  }
  await db.execute(sql`delete from audit_checkpoints where chain = ${chain}`);
}

beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  hub = await aHub();
  clock = { now: new Date("2026-03-01T09:00:00Z") };
  bio = await aFramework("bio");
  materials = await aFramework("materials");
});
afterAll(async () => {
  await Promise.all([bio.drop(), materials.drop()]);
  await database.drop();
});
beforeEach(async () => {
  clock.now = new Date(clock.now.getTime() + 3_600_000);
  for (const db of [database.db, bio.db, materials.db]) {
    await db.execute(sql`truncate audit_entries, audit_checkpoints restart identity`);
    await decide(db, 4);
  }
  await exchange();
});

const problems = async () => (await auditProblems(operator())).map(({ what }) => what).sort();

test("chains that nobody touched verify and agree, each compared with what the others hold", async () => {
  await decide(bio.db, 3);
  clock.now = new Date(clock.now.getTime() + 60_000);
  await exchange();
  await decide(bio.db, 2);
  const { chains } = await verifyAudit(operator());
  expect(
    chains.map(({ chain, entries, compared, broken, refusal }) => [chain, entries, compared, broken, refusal]),
  ).toEqual([
    ["@hub", 4, 2, [], null],
    ["bio", 9, 4, [], null],
    ["materials", 4, 2, [], null],
  ]);
  expect(await problems()).toEqual([]);
});

test("only the hub's operator may ask", async () => {
  const researcher = aContext(database.db, hub, clock, await aMember(database.db, "researcher"));
  await expect(verifyAudit(researcher)).rejects.toMatchObject({ reason: "check.forbidden" });
  await expect(auditProblems(researcher)).rejects.toMatchObject({ reason: "check.forbidden" });
});

describe("a rewritten chain whose hashes were all computed anew", () => {
  test("of a framework disagrees with what its peer and the hub hold", async () => {
    await rewrite(bio.db, 2, "bio");
    expect((await verifyOwnChain(bio.db, await owner(bio))).broken).toEqual([]);
    expect(await problems()).toEqual([
      "bio: entry 4 is not the one that was signed (checkpoint held by @hub)",
      "bio: entry 4 is not the one that was signed (checkpoint held by materials)",
    ]);
  });

  test("of a framework that the hub covers is noticed by its peer alone", async () => {
    await rewrite(bio.db, 2, "bio");
    await database.db.execute(sql`delete from audit_checkpoints where chain like 'bio/%'`);
    expect(await problems()).toEqual(["bio: entry 4 is not the one that was signed (checkpoint held by materials)"]);
  });

  test("of the hub disagrees with what the frameworks hold", async () => {
    await rewrite(database.db, 1, hubChain);
    expect(await problems()).toEqual([
      "@hub: entry 4 is not the one that was signed (checkpoint held by bio)",
      "@hub: entry 4 is not the one that was signed (checkpoint held by materials)",
    ]);
  });

  test("is still noticed after it went on and signed anew: what was held before does not go away", async () => {
    await rewrite(bio.db, 2, "bio");
    await decide(bio.db, 3);
    clock.now = new Date(clock.now.getTime() + 60_000);
    await exchange();
    const [first] = await problems();
    expect(first).toBe("bio: entry 4 is not the one that was signed (checkpoint held by @hub)");
  });

  test("and one that was cut off", async () => {
    await bio.db.execute(sql`delete from audit_entries where position > 2`);
    await bio.db.execute(sql`delete from audit_checkpoints where chain = 'bio'`);
    expect(await problems()).toEqual([
      "bio: entry 4 is missing (checkpoint held by @hub)",
      "bio: entry 4 is missing (checkpoint held by materials)",
    ]);
  });
});

test("a changed entry is named where it stands, for the hub as for frameworks", async () => {
  await database.db.execute(sql`update audit_entries set subject = 'agreement:9' where position = 3`);
  await materials.db.execute(sql`delete from audit_entries where position = 2`);
  expect(await problems()).toEqual(["@hub: entry 3 was changed", "materials: entry 2 is missing"]);
});

test("a peer cannot accuse another with a checkpoint that the other never signed", async () => {
  const head = { chain: "bio", position: 4, hash: "0".repeat(64), at: clock.now.toISOString() };
  const forged = await signHead(await makeSigningKey(), head);
  await materials.db.execute(
    sql`update audit_checkpoints set hash = ${head.hash}, signature = ${forged} where chain like 'bio/%'`,
  );
  expect(await problems()).toEqual(["materials: the checkpoint of bio at entry 4 does not verify"]);
});

test("a framework that does not answer, or answers for another chain, is named", async () => {
  const answers = bio.gateway.answers;
  const kept = answers.get("GET /v1/audit/verification");
  answers.set("GET /v1/audit/verification", async () => ({
    json: { ...(await verifyOwnChain(materials.db, await owner(materials))), held: [] },
  }));
  expect(await problems()).toEqual(["bio: request.invalid"]);
  answers.delete("GET /v1/audit/verification");
  expect(await problems()).toEqual(["bio: none"]);
  if (kept) answers.set("GET /v1/audit/verification", kept);
});

test("a chain goes on over a change of its cluster's key: what others hold of it under the old one still counts", async () => {
  const next = publicPart(await makeSigningKey());
  const old = publicPart(bio.cluster.key);
  const change = { byPresentKey: "by both", byNextKey: "by both" };
  const former = [{ jkt: await thumbprintOf(old), key: old, until: clock.now.toISOString(), change }];
  const write = async (key: typeof old, formerKeys: object[]) =>
    database.db.execute(sql`update clusters set jkt = ${await thumbprintOf(key)},
      key = ${JSON.stringify(key)}::jsonb, former_keys = ${JSON.stringify(formerKeys)}::jsonb where name = 'bio'`);
  await write(next, former);
  expect(await problems()).toEqual([]);
  await rewrite(bio.db, 2, "bio");
  expect(await problems()).toEqual([
    "bio: entry 4 is not the one that was signed (checkpoint held by @hub)",
    "bio: entry 4 is not the one that was signed (checkpoint held by materials)",
  ]);
  await write(old, []);
});

describe("the hub keeps what clusters sign", () => {
  test("but not for another's chain, and never backwards", async () => {
    const newest = await signCheckpoint(bio.db, await owner(bio), { now: clock.now, minAgeMs: 0 });
    const checkpoint = newest?.signature ?? "";
    const other = await materials.cluster.context();
    await expect(takeCheckpoint(other, { checkpoint })).rejects.toMatchObject({ reason: "signature.invalid" });
    await bio.db.execute(sql`truncate audit_entries, audit_checkpoints restart identity`);
    await decide(bio.db, 2);
    const older = await signCheckpoint(bio.db, await owner(bio), { now: clock.now, minAgeMs: 0 });
    const telling = takeCheckpoint(await bio.cluster.context(), { checkpoint: older?.signature ?? "" });
    await expect(telling).rejects.toMatchObject({ reason: "audit.fork" });
    const { rows } = await database.db.execute(sql`select actor from audit_entries where action = 'audit.fork_seen'`);
    expect(rows).toEqual([{ actor: "bio" }]);
  });
});
