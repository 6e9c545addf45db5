import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import { fingerprintOf, makeSigningKey, type PrivateKey, publicPart, thumbprintOf } from "#server/protocol/keys";
import type { Hub, HubContext } from "../context";
import { aCluster, aContext, aHeartbeat, aHub, type Clock } from "../hub.build";
import { localUser } from "../members/member";
import { approveCluster } from "./approve-cluster";
import { enrolCluster } from "./enrol-cluster";
import { inviteCluster } from "./invite-cluster";
import { listClusters } from "./list-clusters";
import { recordHeartbeat } from "./record-heartbeat";
import { suspendCluster } from "./suspend-cluster";

const gateway = "http://127.0.0.1:9";
const title = { ko: "소재", en: "Materials" };
let database: { db: Db; drop: () => Promise<void> };
let hub: Hub & { allowedOrigins: string[] };
const clock: Clock = { now: new Date() };
const as = (...roles: string[]): HubContext => aContext(database.db, hub, clock, localUser(roles));

beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  hub = await aHub();
  hub.allowedOrigins.push(gateway);
});
afterAll(() => database.drop());

async function enrol(name: string, joinToken: string, key: PrivateKey) {
  const request = { joinToken, name, title, gateway, key: publicPart(key), version: "1", runtime: "process" as const };
  const proven = { key: publicPart(key), jkt: await thumbprintOf(publicPart(key)) };
  return enrolCluster({ ...as(), user: undefined }, request, proven);
}

test("T9: of 20 enrolments racing with one join token one becomes PENDING", async () => {
  const { joinToken } = await inviteCluster(as("hub-operator"), { name: "raced", title });
  const keys = await Promise.all(Array.from({ length: 20 }, () => makeSigningKey()));
  const results = await Promise.allSettled(keys.map((key) => enrol("raced", joinToken, key)));
  const won = results.filter((one) => one.status === "fulfilled");
  expect(won.map((one) => one.value)).toEqual([{ name: "raced", state: "PENDING" }]);
  const lost = results.filter((one) => one.status === "rejected");
  expect(new Set(lost.map((one) => one.reason.reason))).toEqual(new Set(["cluster.join_token_refused"]));
});

test("T9: a join token is good for half an hour, for its own name, and only once", async () => {
  const { joinToken } = await inviteCluster(as("hub-operator"), { name: "timed", title });
  const key = await makeSigningKey();
  await expect(enrol("another", joinToken, key)).rejects.toMatchObject({ reason: "cluster.join_token_refused" });
  const start = clock.now;
  clock.now = new Date(start.getTime() + 31 * 60_000);
  await expect(enrol("timed", joinToken, key)).rejects.toMatchObject({ reason: "cluster.join_token_refused" });
  clock.now = start;
  await enrol("timed", joinToken, key);
  await expect(enrol("timed", joinToken, await makeSigningKey())).rejects.toMatchObject({
    reason: "cluster.join_token_refused",
  });
  expect(await enrol("timed", joinToken, key)).toEqual({ name: "timed", state: "PENDING" });
  await expect(inviteCluster(as("hub-operator"), { name: "timed", title })).rejects.toMatchObject({
    reason: "cluster.already_enrolled",
  });
});

test("T9: five wrong fingerprints void the invitation, and the key with it", async () => {
  const { joinToken } = await inviteCluster(as("hub-operator"), { name: "guessed", title });
  const key = await makeSigningKey();
  await enrol("guessed", joinToken, key);
  const guess = () => approveCluster(as("operator:guessed"), { name: "guessed", fingerprint: "zzzz", as: "operator" });
  for (const left of [4, 3, 2, 1]) {
    await expect(guess()).rejects.toMatchObject({ reason: "cluster.wrong_fingerprint", detail: { left } });
  }
  await expect(guess()).rejects.toMatchObject({ reason: "cluster.invitation_void" });
  const right = fingerprintOf(key).slice(-2).join(" ");
  await expect(
    approveCluster(as("operator:guessed"), { name: "guessed", fingerprint: right, as: "operator" }),
  ).rejects.toMatchObject({ reason: "cluster.not_pending" });
});

test("T9: the operator approves first by fingerprint, the hub operator second, each only by their own role", async () => {
  const { joinToken } = await inviteCluster(as("hub-operator"), { name: "asked", title });
  const key = await makeSigningKey();
  await enrol("asked", joinToken, key);
  const fingerprint = fingerprintOf(key).slice(-2).join(" ");
  await expect(approveCluster(as("hub-operator"), { name: "asked", as: "hub" })).rejects.toMatchObject({
    reason: "cluster.operator_first",
  });
  await expect(
    approveCluster(as("operator:other"), { name: "asked", fingerprint, as: "operator" }),
  ).rejects.toMatchObject({ reason: "cluster.approve_forbidden" });
  await approveCluster(as("operator:asked"), { name: "asked", fingerprint, as: "operator" });
  await expect(approveCluster(as("operator:asked"), { name: "asked", as: "hub" })).rejects.toMatchObject({
    reason: "cluster.approve_forbidden",
  });
  expect(await approveCluster(as("hub-operator"), { name: "asked", as: "hub" })).toEqual({
    name: "asked",
    state: "ACTIVE",
  });
});

test("a heartbeat moves the gateway's address, names the peers, and a copied key suspends itself", async () => {
  const one = await aCluster({ ...database, hub, clock }, "one", "http://127.0.0.1:11");
  await aCluster({ ...database, hub, clock }, "two", "http://127.0.0.1:12");
  const answer = await recordHeartbeat(await one.context(), aHeartbeat("http://127.0.0.1:13", { seq: 2 }));
  const peers = answer.peers.map(({ name }) => name);
  expect(peers).toContain("two");
  expect(peers).not.toContain("one");
  expect(peers).not.toContain("timed");
  const rows = await listClusters(as("researcher"));
  expect(rows.find(({ name }) => name === "one")).toMatchObject({ state: "ACTIVE", gateway: "http://127.0.0.1:13" });
  expect(rows.map(({ name }) => name)).not.toContain("timed");
  await expect(
    recordHeartbeat(await one.context(), aHeartbeat("http://127.0.0.1:13", { seq: 2 })),
  ).rejects.toMatchObject({ reason: "heartbeat.stale" });
  const copied = aHeartbeat("http://127.0.0.1:13", { seq: 3, clusterUid: "elsewhere" });
  await expect(recordHeartbeat(await one.context(), copied)).rejects.toMatchObject({ reason: "cluster.other_uid" });
  expect((await one.context()).user.state).toBe("SUSPENDED");
});

test("its operator and the hub operator may suspend a cluster, nobody else", async () => {
  await aCluster({ ...database, hub, clock }, "calm", "http://127.0.0.1:14");
  await expect(suspendCluster(as("researcher"), { name: "calm" })).rejects.toMatchObject({ kind: "forbidden" });
  expect(await suspendCluster(as("operator:calm"), { name: "calm" })).toEqual({ state: "SUSPENDED" });
});
