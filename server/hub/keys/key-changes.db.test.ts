import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import type { SignedKeyAnnouncement } from "#server/protocol/key-change";
import { hubSuccessionType, type KeyAnnouncement, keyAnnouncementType } from "#server/protocol/key-change";
import { hubKeysFor } from "#server/protocol/key-rules";
import { makeSigningKey, type PrivateKey, publicPart, thumbprintOf } from "#server/protocol/keys";
import { readSignedDocument, signDocument } from "#server/protocol/signed-document";
import { enrolCluster } from "../clusters/enrol-cluster";
import { findCallingCluster } from "../clusters/find-calling-cluster";
import { inviteCluster } from "../clusters/invite-cluster";
import { listClusters } from "../clusters/list-clusters";
import { recordHeartbeat } from "../clusters/record-heartbeat";
import type { Hub } from "../context";
import { aCluster, aContext, aHeartbeat, aHub, type Clock, type TestCluster } from "../hub.build";
import { localUser } from "../members/member";
import { forbidKeyChange } from "./forbid-key-change";
import { hubKeysAt, readHubKeys } from "./hub-keys-file";
import { publishedKeysOf } from "./published-keys";
import { rotateHubKey } from "./rotate-hub-key";
import { settleKeyChanges } from "./settle-key-changes";

let database: { db: Db; drop: () => Promise<void> };
let hub: Hub & { allowedOrigins: string[] };
let clock: Clock;
let bio: TestCluster;
let next: PrivateKey;
let seq = 10;
const start = new Date("2026-03-01T00:00:00.000Z");

beforeEach(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  hub = await aHub();
  clock = { now: start };
  bio = await aCluster({ db: database.db, hub, clock }, "bio", "http://127.0.0.1:9");
  next = await makeSigningKey();
});
afterEach(() => database.drop());

const as = (...roles: string[]) => aContext(database.db, hub, clock, localUser(roles));
const operator = () => as("hub-operator");
const wait = (minutes: number) => {
  clock.now = new Date(clock.now.getTime() + minutes * 60_000);
};
const nameOf = (key: PrivateKey) => thumbprintOf(publicPart(key));
const actions = async () => {
  const { rows } = await database.db.execute<{ action: string }>(
    sql`select action from audit_entries order by ordinal`,
  );
  return rows.map(({ action }) => action);
};

async function announced(
  over: Partial<KeyAnnouncement> = {},
  by: PrivateKey = bio.key,
): Promise<SignedKeyAnnouncement> {
  const said: KeyAnnouncement = {
    schema: "krdc.key-change/v1",
    cluster: "bio",
    replaces: await nameOf(by),
    key: publicPart(next),
    announcedAt: clock.now.toISOString(),
    effectiveAt: new Date(clock.now.getTime() + 86_400_000).toISOString(),
    ...over,
  };
  return {
    byPresentKey: await signDocument(by, keyAnnouncementType, said),
    byNextKey: await signDocument(next, keyAnnouncementType, said),
  };
}

/** A heartbeat with a proof by this key, as the door finds its caller. */
async function beat(key: PrivateKey, keyChange?: SignedKeyAnnouncement) {
  const user = await findCallingCluster(operator(), await nameOf(key));
  if (!user) return undefined;
  seq += 1;
  return recordHeartbeat(
    { ...operator(), user },
    aHeartbeat("http://127.0.0.1:9", { seq, ...(keyChange && { keyChange }) }),
  );
}

describe("a cluster's next key", () => {
  test("is told to its peers, counts a day later, and the old one opens nothing ten minutes after that", async () => {
    const other = await aCluster({ db: database.db, hub, clock }, "materials", "http://127.0.0.1:10");
    const change = await announced();
    const jkt = await nameOf(next);
    expect(await beat(bio.key, change)).toMatchObject({ keyChange: { jkt, isForbidden: false } });
    const told = await recordHeartbeat(await other.context(), aHeartbeat("http://127.0.0.1:10", { seq: 99 }));
    expect(told.peers).toMatchObject([{ name: "bio", keyChanges: [change], heardAt: start.toISOString() }]);
    expect(await beat(next)).toBeUndefined();
    wait(24 * 60);
    expect(await beat(next, change)).toMatchObject({ keyChange: { jkt, isForbidden: false } });
    expect(await findCallingCluster(operator(), await nameOf(bio.key))).toMatchObject({
      callsWith: await nameOf(bio.key),
    });
    wait(10);
    expect(await beat(bio.key)).toBeUndefined();
    expect(await beat(next)).toMatchObject({ state: "ACTIVE" });
    const again = await recordHeartbeat(await other.context(), aHeartbeat("http://127.0.0.1:10", { seq: 100 }));
    expect(again.peers).toMatchObject([{ keyChanges: [change] }]);
    expect(await actions()).toEqual(expect.arrayContaining(["cluster.announce_key", "cluster.change_key"]));
  });

  test("counts at its time although the cluster is silent", async () => {
    await beat(bio.key, await announced());
    wait(24 * 60 + 11);
    await settleKeyChanges(operator());
    const { rows } = await database.db.execute<{ jkt: string; former: object[] }>(
      sql`select jkt, former_keys as former from clusters where name = 'bio'`,
    );
    expect(rows).toMatchObject([{ jkt: await nameOf(next), former: [{ jkt: await nameOf(bio.key) }] }]);
  });

  const forgeries: [string, () => Promise<SignedKeyAnnouncement>][] = [
    ["the old key alone", async () => ({ ...(await announced()), byNextKey: (await announced()).byPresentKey })],
    ["the new key alone", async () => ({ ...(await announced()), byPresentKey: (await announced()).byNextKey })],
    ["another cluster's name", () => announced({ cluster: "materials" })],
    ["a short notice", () => announced({ effectiveAt: new Date(start.getTime() + 3_600_000).toISOString() })],
    [
      "an old date",
      () => announced({ announcedAt: "2026-02-27T00:00:00.000Z", effectiveAt: "2026-03-01T00:00:00.000Z" }),
    ],
    ["a key that is another cluster's", async () => anotherKey()],
    ["nothing at all", async () => ({ byPresentKey: "", byNextKey: "" })],
  ];
  const anotherKey = async () => {
    const other = await aCluster({ db: database.db, hub, clock }, "materials", "http://127.0.0.1:10");
    next = other.key;
    return announced();
  };
  test.each(forgeries)("announced with %s is refused, and the heartbeat counts", async (_what, make) => {
    const change = await make();
    expect(await beat(bio.key, change)).toMatchObject({ state: "ACTIVE" });
    const rows = await listClusters(operator());
    expect(rows.find(({ name }) => name === "bio")?.keyChange).toBeNull();
    expect(await actions()).not.toContain("cluster.announce_key");
  });

  test("is shown with its fingerprint, and forbidden by who keeps the cluster and by nobody else, until a minute before its time", async () => {
    const change = await announced();
    await beat(bio.key, change);
    const shown = async (...roles: string[]) => (await listClusters(as(...roles))).find(({ name }) => name === "bio");
    expect(await shown("hub-operator")).toMatchObject({ mayForbidKey: true, keyChange: { isForbidden: false } });
    expect(await shown("researcher")).toMatchObject({ mayForbidKey: false });
    await expect(forbidKeyChange(as("researcher"), { name: "bio" })).rejects.toMatchObject({ kind: "forbidden" });
    await expect(forbidKeyChange(operator(), { name: "none" })).rejects.toMatchObject({ kind: "not_found" });
    wait(24 * 60 - 1);
    await expect(forbidKeyChange(operator(), { name: "bio" })).rejects.toMatchObject({ reason: "key_change.too_late" });
    wait(-1);
    expect(await forbidKeyChange(operator(), { name: "bio" })).toEqual({ jkt: await nameOf(next) });
    expect(await forbidKeyChange(operator(), { name: "bio" })).toEqual({ jkt: await nameOf(next) });
    expect(await beat(bio.key, change)).toMatchObject({ keyChange: { isForbidden: true } });
    const other = await aCluster({ db: database.db, hub, clock }, "materials", "http://127.0.0.1:10");
    const told = await recordHeartbeat(await other.context(), aHeartbeat("http://127.0.0.1:10", { seq: 99 }));
    expect(told.peers).toMatchObject([{ forbiddenKey: await nameOf(next) }]);
    expect(told.peers[0]).not.toHaveProperty("keyChanges");
    wait(60);
    await settleKeyChanges(operator());
    expect(await beat(next)).toBeUndefined();
    expect(await beat(bio.key)).toMatchObject({ state: "ACTIVE" });
    next = await makeSigningKey();
    expect(await beat(bio.key, await announced())).toMatchObject({ keyChange: { isForbidden: false } });
  });

  test("and a lost one are nobody's new key: neither enrols", async () => {
    await beat(bio.key, await announced());
    const invited = await inviteCluster(operator(), { name: "bio", title: { ko: "bio", en: "bio" }, replace: true });
    const enrol = async (key: PrivateKey) => {
      const request = { joinToken: invited.joinToken, name: "bio", title: { ko: "bio", en: "bio" } };
      const rest = {
        gateway: "http://127.0.0.1:9",
        key: publicPart(key),
        version: "0.1.0",
        runtime: "process" as const,
      };
      const proven = { key: publicPart(key), jkt: await nameOf(key) };
      return enrolCluster({ ...operator(), user: undefined }, { ...request, ...rest }, proven);
    };
    await expect(enrol(bio.key)).rejects.toMatchObject({ reason: "cluster.key_known" });
    expect(await enrol(await makeSigningKey())).toMatchObject({ state: "PENDING" });
    expect(await findCallingCluster(operator(), await nameOf(bio.key))).toBeUndefined();
    expect(await findCallingCluster(operator(), await nameOf(next))).toBeUndefined();
  });
});

test("a key that was replaced before former keys were kept is found again in the audit", async () => {
  await inviteCluster(operator(), { name: "bio", title: { ko: "bio", en: "bio" }, replace: true });
  const kept = sql`select former_keys as former from clusters where name = 'bio'`;
  const { rows: before } = await database.db.execute(kept);
  await database.db.execute(sql`update clusters set former_keys = '[]'`);
  const migration = await readFile("drizzle/hub/migrations/0003_replaced_keys.sql", "utf8");
  await database.db.execute(sql.raw(migration));
  expect((await database.db.execute(kept)).rows).toEqual(before);
  expect(before).toMatchObject([{ former: [{ jkt: await nameOf(bio.key), until: start.toISOString() }] }]);
});

describe("the hub's next key", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "krdc-hub-keys-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  afterEach(() => rm(join(folder, "hub-keys.json"), { force: true }));

  /** The hub as a portal reads it at each call. */
  const now = () => {
    const first = { ...hub.chain[0]?.key, d: String(hub.signingKey.d) } as never;
    const fixed = { ...hub, keysFolder: folder };
    return {
      ...operator(),
      hub: { ...fixed, ...hubKeysAt(first, readHubKeys(folder, hub.signingKey.kid), clock.now) },
    };
  };

  test("is published by the word of the present one, ten minutes before it signs", async () => {
    const change = await rotateHubKey(now());
    expect(change).toEqual({
      kid: change.kid,
      replaces: hub.signingKey.kid,
      effectiveAt: new Date(start.getTime() + 600_000).toISOString(),
    });
    expect(await rotateHubKey(now())).toEqual(change);
    const { keys, formerKeys, successions } = publishedKeysOf(now());
    expect([keys.map(({ kid }) => kid), formerKeys]).toEqual([[hub.signingKey.kid, change.kid], []]);
    const [first] = now().hub.chain;
    const said = await readSignedDocument(first?.key as never, hubSuccessionType, successions[0] ?? "");
    expect(said).toMatchObject({ replaces: hub.signingKey.kid, key: { kid: change.kid }, hub: hub.url });
    expect(now().hub.signingKey.kid).toBe(hub.signingKey.kid);
    wait(10);
    expect(now().hub.signingKey.kid).toBe(change.kid);
    expect(await actions()).toContain("hub.rotate_key");
    const { hubSuccession } = (await recordHeartbeat(
      { ...now(), user: (await bio.context()).user },
      aHeartbeat("http://127.0.0.1:9", { seq: 50 }),
    )) as { hubSuccession?: string };
    expect(hubSuccession).toBe(successions[0]);
  });

  test("makes the one before it a former one, whose private half is forgotten and whose word stays good for documents", async () => {
    const second = await rotateHubKey(now());
    wait(11);
    const third = await rotateHubKey(now());
    wait(21);
    await rotateHubKey(now());
    const { keys, formerKeys } = publishedKeysOf(now());
    expect(formerKeys.map(({ kid }) => kid)).toEqual([hub.signingKey.kid, second.kid]);
    expect(keys.map(({ kid }) => kid)).toHaveLength(2);
    expect(now().hub.signingKey.kid).toBe(third.kid);
    const kept = JSON.parse(await readFile(join(folder, "hub-keys.json"), "utf8"));
    expect(kept.later.map(({ d }: { d?: string }) => typeof d)).toEqual(["undefined", "string", "string"]);
    const documents = hubKeysFor("document", now().hub.chain, clock.now, hub.keyTiming);
    expect(documents).toHaveLength(4);
  });

  test("is one, however many ask at once, and only an operator of the hub may", async () => {
    const asked = await Promise.all([1, 2, 3, 4].map(() => rotateHubKey(now())));
    expect(new Set(asked.map(({ kid }) => kid)).size).toBe(1);
    expect((await actions()).filter((action) => action === "hub.rotate_key")).toHaveLength(1);
    const user = localUser(["operator:bio"]);
    await expect(rotateHubKey({ ...now(), user })).rejects.toMatchObject({ reason: "hub.rotate_forbidden" });
    await expect(rotateHubKey(operator())).rejects.toMatchObject({ reason: "hub.keys_folder_missing" });
  });

  test("is not read from a folder that belongs to another hub", async () => {
    await writeFile(join(folder, "hub-keys.json"), JSON.stringify({ first: "another", later: [] }));
    expect(() => readHubKeys(folder, hub.signingKey.kid)).toThrow("continues another key");
  });
});
