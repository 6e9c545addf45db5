import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import { makeSigningKey, publicPart, thumbprintOf } from "#server/protocol/keys";
import { mailboxOf } from "#server/protocol/reach";
import { aCluster, aContext, aHeartbeat, aHub, type TestCluster } from "../hub.build";
import { localUser } from "../members/member";
import { enrolCluster } from "./enrol-cluster";
import { findCluster } from "./find-cluster";
import { inviteCluster } from "./invite-cluster";
import { recordHeartbeat } from "./record-heartbeat";

let database: { db: Db; drop: () => Promise<void> };
let hub: Awaited<ReturnType<typeof aHub>>;
let bio: TestCluster;
let materials: TestCluster;
const clock = { now: new Date("2026-03-01T00:00:00Z") };
let seq = 1;

beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  hub = await aHub();
  bio = await aCluster({ ...database, hub, clock }, "bio", "http://127.0.0.1:41");
  materials = await aCluster({ ...database, hub, clock }, "materials", mailboxOf("materials"));
});
afterAll(() => database.drop());

const beat = async (cluster: TestCluster, gateway: string, encryptionKey?: string) => {
  seq += 1;
  const given = encryptionKey === undefined ? {} : { encryptionKey };
  return recordHeartbeat(await cluster.context(), aHeartbeat(gateway, { seq, ...given }));
};
const gatewayOf = async (name: string) => (await findCluster(database.db, name))?.gateway;

async function enrol(name: string, gateway: string, encryptionKey?: string) {
  const operator = aContext(database.db, hub, clock, localUser(["hub-operator"]));
  const title = { ko: name, en: name };
  const { joinToken } = await inviteCluster(operator, { name, title });
  const key = publicPart(await makeSigningKey());
  const about = { joinToken, name, title, gateway, key, version: "0.1.0", runtime: "process" as const };
  const request = { ...about, ...(encryptionKey === undefined ? {} : { encryptionKey }) };
  return enrolCluster({ ...operator, user: undefined }, request, { key, jkt: await thumbprintOf(key) });
}
const refused = { kind: "forbidden", reason: "gateway.address_refused" };

describe("a cluster is reached through its own mailbox or an address, never through another's mailbox", () => {
  test("at enrolment", async () => {
    await expect(enrol("climate", mailboxOf("bio"))).rejects.toMatchObject(refused);
    await enrol("climate", mailboxOf("climate"));
    expect(await gatewayOf("climate")).toBe("mailbox://climate");
  });

  test("at a heartbeat, of which nothing is written then", async () => {
    await expect(beat(bio, mailboxOf("materials"))).rejects.toMatchObject(refused);
    await expect(beat(bio, `${mailboxOf("bio")}/v1`)).rejects.toMatchObject(refused);
    expect(await gatewayOf("bio")).toBe("http://127.0.0.1:41");
  });

  test("and moves between the two", async () => {
    await beat(bio, mailboxOf("bio"));
    expect((await beat(materials, mailboxOf("materials"))).peers).toMatchObject([
      { name: "bio", gateway: "mailbox://bio" },
    ]);
    await beat(bio, "http://127.0.0.1:41");
    expect(await gatewayOf("bio")).toBe("http://127.0.0.1:41");
  });
});

test("members hear under which key letters to each other are sealed, as it was certified last", async () => {
  await enrol("physics", mailboxOf("physics"), "first");
  expect((await findCluster(database.db, "physics"))?.encryptionKey).toBe("first");
  await beat(bio, "http://127.0.0.1:41", "one");
  await beat(bio, "http://127.0.0.1:41", "two");
  const { peers } = await beat(materials, mailboxOf("materials"));
  expect(peers).toMatchObject([{ name: "bio", encryptionKey: "two" }]);
  const { peers: others } = await beat(bio, "http://127.0.0.1:41", "two");
  expect(others[0]).not.toHaveProperty("encryptionKey");
});
