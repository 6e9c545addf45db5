import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { letters } from "#drizzle/hub/schema/clusters";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import { makeSigningKey, publicPart, thumbprintOf } from "#server/protocol/keys";
import { letterLifetimeMs, mailboxOf } from "#server/protocol/reach";
import { enrolCluster } from "../clusters/enrol-cluster";
import { findCallingCluster } from "../clusters/find-calling-cluster";
import { inviteCluster } from "../clusters/invite-cluster";
import { resumeCluster } from "../clusters/resume-cluster";
import { suspendCluster } from "../clusters/suspend-cluster";
import { aCluster, aContext, aHub, type TestCluster } from "../hub.build";
import { localUser } from "../members/member";
import { sendLetter } from "./send-letter";
import { sweepLetters } from "./sweep-letters";
import { takeNext } from "./take-next";
import { theWaitingCalls } from "./the-waiting-calls";

let database: { db: Db; drop: () => Promise<void> };
let bio: TestCluster;
let materials: TestCluster;
let climate: TestCluster;
let hub: Awaited<ReturnType<typeof aHub>>;
const clock = { now: new Date("2026-03-01T00:00:00Z") };

beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  hub = await aHub();
  const place = { ...database, hub, clock };
  bio = await aCluster(place, "bio", mailboxOf("bio"));
  materials = await aCluster(place, "materials", mailboxOf("materials"));
  climate = await aCluster(place, "climate", mailboxOf("climate"));
});
afterAll(() => database.drop());
beforeEach(() => sweepLetters(database.db, new Date(clock.now.getTime() + letterLifetimeMs)));

const patient = new AbortController().signal;
const letterOf = (from: string, to: string, sealed = "sealed") => ({ id: randomUUID(), from, to, sealed });
const send = async (sender: TestCluster, to: string, sealed?: string) => {
  const letter = letterOf(sender.name, to, sealed);
  await sendLetter(await sender.context(), letter);
  return letter;
};
const atOnce = { waitMs: 0, lookAgainMs: 60_000 };
const untilTold = { waitMs: 60_000, lookAgainMs: 60_000 };
const looking = { waitMs: 60_000, lookAgainMs: 20 };
const poll = async (cluster: TestCluster, taken: string[] = [], timing = atOnce) =>
  (await takeNext(await cluster.context(), { taken, signal: patient, timing })).letters;
const operator = () => aContext(database.db, hub, clock, localUser(["hub-operator"]));

describe("letters wait for their recipient", () => {
  test("in the order in which they came, again at every poll until they are named as taken", async () => {
    const sent = [await send(bio, "materials"), await send(climate, "materials"), await send(bio, "materials")];
    expect(await poll(materials)).toEqual(sent);
    const [first, second, third] = sent.map(({ id }) => id);
    expect(await poll(materials, [second ?? ""])).toEqual([sent[0], sent[2]]);
    expect(await poll(materials, [first ?? "", third ?? ""])).toEqual([]);
  });

  test("and for nobody else, who cannot take them away either", async () => {
    const letter = await send(bio, "materials");
    expect(await poll(climate, [letter.id])).toEqual([]);
    expect(await poll(materials)).toEqual([letter]);
  });

  test("a poll that waits is answered when one comes, also when another process of the portal took it in", async () => {
    const told = poll(materials, [], untilTold);
    const letter = await send(bio, "materials");
    expect(await told).toEqual([letter]);
    const looks = poll(materials, [letter.id], looking);
    const silent = letterOf("bio", "materials");
    const expiresAt = new Date(clock.now.getTime() + letterLifetimeMs);
    await database.db.insert(letters).values({ ...silent, createdAt: clock.now, expiresAt });
    expect(await looks).toEqual([silent]);
  });

  test("a poll answers as many as fit, and one that is larger alone", async () => {
    const large = "x".repeat(3_000_000);
    const sent = [await send(bio, "materials", large), await send(bio, "materials", large)];
    expect(await poll(materials)).toEqual([sent[0]]);
    expect(await poll(materials, [sent[0]?.id ?? ""])).toEqual([sent[1]]);
    for (let more = 0; more < 20; more += 1) await send(bio, "climate");
    expect(await poll(climate)).toHaveLength(16);
  });

  test("until they expire", async () => {
    await send(bio, "materials");
    const before = clock.now;
    clock.now = new Date(before.getTime() + letterLifetimeMs - 1);
    expect(await poll(materials)).toHaveLength(1);
    clock.now = new Date(before.getTime() + letterLifetimeMs);
    expect(await poll(materials)).toEqual([]);
    await sweepLetters(database.db, clock.now);
    clock.now = before;
    expect(await poll(materials)).toEqual([]);
  });
});

describe("a letter is taken in", () => {
  test("from its own sender only", async () => {
    await expect(sendLetter(await climate.context(), letterOf("bio", "materials"))).rejects.toMatchObject({
      kind: "forbidden",
      reason: "letter.other_sender",
    });
  });

  test("for members only", async () => {
    await expect(send(bio, "nobody")).rejects.toMatchObject({ reason: "cluster.not_found" });
  });

  test("once, and its name for no other one", async () => {
    const letter = await send(bio, "materials");
    await sendLetter(await bio.context(), letter);
    expect(await poll(materials)).toEqual([letter]);
    const other = { ...letter, sealed: "other" };
    await expect(sendLetter(await bio.context(), other)).rejects.toMatchObject({ reason: "letter.id_taken" });
    const stranger = { ...letter, from: "climate" };
    await expect(sendLetter(await climate.context(), stranger)).rejects.toMatchObject({ reason: "letter.id_taken" });
  });

  test("up to a number for each sender, however many come at once, so that nobody shuts out the others", async () => {
    const sent = await Promise.allSettled(Array.from({ length: 50 }, () => send(bio, "materials")));
    expect(sent.filter(({ status }) => status === "fulfilled")).toHaveLength(32);
    const refused = sent.find(({ status }) => status === "rejected");
    expect(refused).toMatchObject({
      reason: { kind: "too_many", reason: "letter.too_many", detail: { retryAfterSeconds: 2 } },
    });
    await send(climate, "materials");
    await send(bio, "climate");
    const [taken] = await poll(materials);
    await poll(materials, [taken?.id ?? ""]);
    await send(bio, "materials");
  });
});

test("a suspended cluster gets no letter, sends none, and none of its own is handed out", async () => {
  const letter = await send(bio, "materials");
  await suspendCluster(operator(), { name: "bio" });
  expect(await poll(materials)).toEqual([]);
  await expect(send(materials, "bio")).rejects.toMatchObject({ reason: "cluster.suspended" });
  await resumeCluster(operator(), { name: "bio" });
  expect(await poll(materials)).toEqual([letter]);

  const waiting = poll(materials, [letter.id], looking);
  await suspendCluster(operator(), { name: "materials" });
  await send(bio, "climate");
  await expect(Promise.race([waiting, poll(climate, [], untilTold)])).resolves.toMatchObject([{ to: "climate" }]);
  await expect(send(bio, "materials")).rejects.toMatchObject({ reason: "cluster.suspended" });
  expect(await poll(materials)).toEqual([]);
  await resumeCluster(operator(), { name: "materials" });
  const again = await send(bio, "materials");
  expect(await waiting).toEqual([again]);
});

test("a cluster that is not approved yet may ask and gets nothing", async () => {
  const { joinToken } = await inviteCluster(operator(), { name: "physics", title: { ko: "물리", en: "Physics" } });
  const key = publicPart(await makeSigningKey());
  const jkt = await thumbprintOf(key);
  const about = {
    name: "physics",
    title: { ko: "물리", en: "Physics" },
    version: "0.1.0",
    runtime: "process" as const,
  };
  const request = { ...about, joinToken, gateway: mailboxOf("physics"), key };
  expect(await enrolCluster({ ...operator(), user: undefined }, request, { key, jkt })).toMatchObject({
    state: "PENDING",
  });
  const call = { method: "GET", path: "/v1/x", headers: {}, signal: patient } as const;
  theWaitingCalls()
    .ask("physics", call)
    .catch(() => undefined);
  const caller = await findCallingCluster(operator(), jkt);
  if (!caller) throw new TypeError("it enrolled above");
  const asked = takeNext({ ...operator(), user: caller }, { taken: [], signal: patient, timing: atOnce });
  expect(await asked).toEqual({ calls: [], letters: [] });
  expect(theWaitingCalls().take("physics")).toHaveLength(1);
});
