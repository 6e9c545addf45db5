import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { chainEntries } from "#server/audit/chain-entries";
import { signHead } from "#server/audit/checkpoint";
import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import { type ChainVerification, hubChain } from "#server/protocol/audit";
import { callJson } from "#server/protocol/call";
import type { PortalUser } from "#server/protocol/framework-api";
import { makeSigningKey } from "#server/protocol/keys";
import { aFramework, introduce, type TestFramework } from "../framework.build";
import { aHubDouble, type HubDouble } from "../hub-double.build";
import { ask, researcher } from "../portal.build";
import { until } from "../until.build";
import { exchangeCheckpoints } from "./exchange-checkpoints";

let hub: HubDouble;
let bio: TestFramework;
let materials: TestFramework;

const operatorOf = (cluster: string): PortalUser => ({ ...researcher, roles: [`operator:${cluster}`] });
const hubOperator: PortalUser = { ...researcher, roles: ["hub-operator"] };

beforeAll(async () => {
  hub = await aHubDouble();
  // Their own loops are slow here: each test says when.
  const timing = { timing: { checkpointMs: 3_600_000 } };
  bio = await aFramework("bio", hub, inject("pgAdminUrl"), timing);
  materials = await aFramework("materials", hub, inject("pgAdminUrl"), timing);
  await introduce(bio, materials);
});
afterAll(async () => {
  await bio.drop();
  await materials.drop();
  await hub.close();
});
beforeEach(async () => {
  hub.answers.clear();
  hub.asked.length = 0;
  for (const { db } of [bio, materials]) {
    await db.execute(sql`truncate audit_entries, audit_checkpoints restart identity`);
  }
});

async function decide(framework: TestFramework, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const entry = { actor: "operator", action: "agreement.revoked", subject: `agreement:${n}` };
    await recordEntry(framework.db, framework.ctx.now(), entry);
  }
  await chainEntries(framework.db);
}

const tell = (framework: TestFramework, told = new Map()) => exchangeCheckpoints(framework.ctx, told, 0);

async function heldAt(framework: TestFramework): Promise<[string, number][]> {
  const { body } = await ask(framework, hubOperator, "GET", "/v1/audit/verification");
  return (body as ChainVerification).held.map(({ chain, position }) => [chain, position]);
}

async function forksSeenBy(framework: TestFramework): Promise<string[]> {
  const { rows } = await framework.db.execute<{ actor: string }>(
    sql`select actor from audit_entries where action = 'audit.fork_seen'`,
  );
  return rows.map(({ actor }) => actor);
}

test("an entry is in the chain a moment after its decision, with nobody asking", async () => {
  await recordEntry(bio.db, new Date(), { actor: "operator", action: "peer.suspend", subject: "materials" });
  await until("the entry has its place", async () => {
    const { rows } = await bio.db.execute(sql`select 1 from audit_entries where position = 1 and hash is not null`);
    return rows.length === 1;
  });
});

describe("the head of a chain", () => {
  test("goes to the peer and to the hub, and the hub's comes back", async () => {
    const head = { chain: hubChain, position: 3, hash: "a".repeat(64), at: new Date().toISOString() };
    const signed = await signHead(hub.key, head);
    hub.answers.set("/checkpoints", () => ({ position: 2 }));
    hub.answers.set("/checkpoint", () => ({ checkpoint: signed }));
    await decide(bio, 2);
    await tell(bio);
    expect(await heldAt(materials)).toEqual([["bio", 2]]);
    expect(await heldAt(bio)).toEqual([[hubChain, 3]]);
    expect(hub.asked.map(({ path }) => path).filter((path) => path.startsWith("/checkpoint"))).toEqual([
      "/checkpoints",
      "/checkpoint",
    ]);
  });

  test("goes to the peer although the hub is away, and is not told twice", async () => {
    const told = new Map();
    hub.isAway = true;
    await decide(bio, 2);
    bio.relay.seen.length = 0;
    materials.relay.seen.length = 0;
    await tell(bio, told);
    await tell(bio, told);
    hub.isAway = false;
    expect(materials.relay.seen.filter(({ path }) => path === "/v1/checkpoints")).toHaveLength(1);
    expect(await heldAt(materials)).toEqual([["bio", 2]]);
  });

  test("is not taken from a hub's double: another key signed it", async () => {
    const head = { chain: hubChain, position: 3, hash: "a".repeat(64), at: new Date().toISOString() };
    const forged = await signHead(await makeSigningKey(), head);
    hub.answers.set("/checkpoint", () => ({ checkpoint: forged }));
    await tell(bio);
    expect(await heldAt(bio)).toEqual([]);
  });

  test("of a database that was restored or rewritten is refused by the peer, who notes it", async () => {
    await decide(bio, 5);
    await tell(bio);
    await bio.db.execute(sql`truncate audit_entries, audit_checkpoints restart identity`);
    await decide(bio, 3);
    await tell(bio);
    expect(await forksSeenBy(materials)).toEqual(["bio"]);
    expect(await heldAt(materials)).toEqual([["bio", 5]]);
  });
});

describe("the door for checkpoints", () => {
  const send = (checkpoint: string, key: Parameters<typeof callJson>[0]) =>
    callJson(key, { method: "POST", url: `${materials.url}/v1/checkpoints`, json: { checkpoint } }).catch(
      (error: unknown) => (error instanceof KrdcError ? error.reason : error),
    );
  const word = (chain: string, key = bio.key) =>
    signHead(key, { chain, position: 1, hash: "a".repeat(64), at: new Date().toISOString() });

  test("opens to a pinned peer for its own chain only", async () => {
    expect(await send(await word("bio"), await makeSigningKey())).toBe("unauthenticated");
    expect(await send(await word("materials"), bio.key)).toBe("signature.invalid");
    expect(await send(await word(hubChain), bio.key)).toBe("signature.invalid");
    expect(await send(await word("bio", await makeSigningKey()), bio.key)).toBe("signature.invalid");
    expect(await send("no signature", bio.key)).toBe("signature.invalid");
    expect(await heldAt(materials)).toEqual([]);
    expect(await send(await word("bio"), bio.key)).toMatchObject({ status: 200, body: { position: 1 } });
  });
});

describe("the doors of verification", () => {
  test("open to the operators of this cluster and of the hub, and to nobody else", async () => {
    for (const user of [operatorOf("bio"), hubOperator]) {
      expect((await ask(bio, user, "GET", "/v1/audit/verification")).status).toBe(200);
      expect((await ask(bio, user, "POST", "/v1/audit/hashes", { positions: [1] })).status).toBe(200);
    }
    for (const user of [researcher, operatorOf("materials")]) {
      const refused = { reason: "audit.forbidden" };
      await expect(ask(bio, user, "GET", "/v1/audit/verification")).rejects.toMatchObject(refused);
      await expect(ask(bio, user, "POST", "/v1/audit/hashes", { positions: [1] })).rejects.toMatchObject(refused);
    }
  });

  test("tell the chain as it stands, what is broken in it, and its hashes", async () => {
    await decide(bio, 4);
    const { body: good } = await ask(bio, hubOperator, "GET", "/v1/audit/verification");
    expect(good).toMatchObject({ chain: "bio", entries: 4, head: { position: 4 }, broken: [], held: [] });
    const { body } = await ask(bio, hubOperator, "POST", "/v1/audit/hashes", { positions: [4, 9] });
    expect(body).toEqual({ hashes: [(good as ChainVerification).head] });
    await bio.db.execute(sql`update audit_entries set actor = 'somebody else' where position = 2`);
    const { body: bad } = await ask(bio, hubOperator, "GET", "/v1/audit/verification");
    expect(bad).toMatchObject({ broken: [{ kind: "changed", position: 2, until: 2, by: "bio" }] });
  });
});
