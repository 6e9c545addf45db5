import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import { agreementProposal } from "#server/protocol/agreement";
import { makeSigningKey } from "#server/protocol/keys";
import { resumeCluster } from "../clusters/resume-cluster";
import { suspendCluster } from "../clusters/suspend-cluster";
import type { Hub, HubContext } from "../context";
import { aGateway, type GatewayDouble, signedBy } from "../gateways/gateway.build";
import { aCluster, aContext, aHub, aMember, anApp, type Clock, type TestCluster } from "../hub.build";
import { getApp } from "../market/get-app";
import { listApps } from "../market/list-apps";
import { publishListing } from "../market/publish-listing";
import { localUser } from "../members/member";
import { unbounded } from "./agreement";
import { deliverRequests } from "./deliver-requests";
import { ensureAgreement } from "./ensure-agreement";
import { listAgreements } from "./list-agreements";
import { requestAgreement } from "./request-agreement";
import { revokeAgreement } from "./revoke-agreement";
import { settleRevocations } from "./settle-revocations";

let database: { db: Db; drop: () => Promise<void> };
let hub: Hub & { allowedOrigins: string[] };
let host: GatewayDouble;
let bio: TestCluster;
const clock: Clock = { now: new Date() };
const open = anApp({ cluster: "bio", name: "open-app" });
const guarded = anApp({ cluster: "bio", name: "guarded", access: { remote: "on-request", download: "closed" } });
const closed = anApp({ cluster: "bio", name: "closed-app", access: { remote: "closed", download: "closed" } });
const asMember = async (account: string) => aContext(database.db, hub, clock, await aMember(database.db, account));
const wish = { days: 30, runs: 5, purpose: "comparison" };

beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  hub = await aHub();
  host = await aGateway();
  bio = await aCluster({ ...database, hub, clock }, "bio", host.url);
  host.signWith(bio.key);
  host.onRequest.add("guarded");
  for (const app of [open, guarded, closed]) await publishListing(await bio.context(), app);
});
afterAll(async () => {
  await host.close();
  await database.drop();
});

test("a host signature by any other key makes nothing active", async () => {
  const ctx = await asMember("deceived");
  host.signWith(await makeSigningKey());
  await expect(ensureAgreement(ctx, open)).rejects.toMatchObject({ reason: "signature.invalid" });
  expect((await listAgreements(ctx))[0]).toMatchObject({ state: "REQUESTED" });
  host.signWith(bio.key);
  expect(await ensureAgreement(ctx, open)).toMatchObject({ state: "ACTIVE" });
  expect(await listAgreements(ctx)).toHaveLength(1);
});

test("what is on request waits for the owner, what is closed is refused, and one asks once", async () => {
  const ctx = await asMember("asker");
  await expect(ensureAgreement(ctx, guarded)).rejects.toMatchObject({ reason: "agreement.missing" });
  expect(await requestAgreement(ctx, { app: "bio/guarded", ...wish })).toMatchObject({ state: "REQUESTED" });
  await expect(requestAgreement(ctx, { app: "bio/guarded", ...wish })).rejects.toMatchObject({
    reason: "agreement.already_open",
  });
  await expect(ensureAgreement(ctx, guarded)).rejects.toMatchObject({ reason: "agreement.requested" });
  await expect(requestAgreement(ctx, { app: "bio/closed-app", ...wish })).rejects.toMatchObject({
    reason: "agreement.closed",
  });
  await expect(ensureAgreement(ctx, closed)).rejects.toMatchObject({ reason: "agreement.closed" });
});

test("a wish for a budget reaches the owner as it was made, and runs alone are the short way", async () => {
  const ctx = await asMember("planner");
  const budget = { runs: 7, cpuSeconds: 3600, gpuSeconds: null, outputBytes: 1024 };
  const asked = { app: "bio/guarded", days: 30, purpose: "comparison" };
  const { id } = await requestAgreement(ctx, { ...asked, budget });
  expect((await listAgreements(ctx))[0]).toMatchObject({
    budget,
    runsLimit: 7,
    used: { runs: 0, cpuSeconds: 0 },
    live: 0,
  });
  const sent = agreementProposal.parse(JSON.parse(host.asked.at(-1)?.body ?? ""));
  expect(sent).toMatchObject({ document: { id, budget }, purpose: "comparison", requester: { name: ctx.user.name } });
  const short = await asMember("short");
  await requestAgreement(short, { ...asked, runs: 3 });
  expect((await listAgreements(short))[0]?.budget).toEqual({ ...unbounded, runs: 3 });
});

describe("a request goes on to its host until the host has taken it", () => {
  const path = "POST /v1/agreements";
  const answerOnce = async (ctx: HubContext, answer: Parameters<typeof host.answers.set>[1]) => {
    const usual = host.answers.get(path);
    host.answers.set(path, answer);
    await deliverRequests(ctx);
    if (usual) host.answers.set(path, usual);
    return (await listAgreements(ctx))[0];
  };
  const whileAway = async (ctx: HubContext) => {
    const usual = host.answers.get(path);
    host.answers.set(path, () => ({ status: 503, json: { status: 503, code: "busy" } }));
    const asked = await requestAgreement(ctx, { app: "bio/guarded", ...wish });
    if (usual) host.answers.set(path, usual);
    expect(asked.state).toBe("REQUESTED");
    host.asked.length = 0;
    return asked;
  };

  test("an owner who decides by person is asked once, however often the hub's loop turns", async () => {
    const ctx = await asMember("waiter");
    await whileAway(ctx);
    await deliverRequests(ctx);
    await deliverRequests(ctx);
    expect(host.asked.map(({ method, path: asked }) => `${method} ${asked}`)).toEqual([path]);
    expect((await listAgreements(ctx))[0]).toMatchObject({ state: "REQUESTED" });
  });

  test("a host that signs makes it ACTIVE, also when it signs less than was asked", async () => {
    const ctx = await asMember("lucky");
    await whileAway(ctx);
    const row = await answerOnce(ctx, async ({ body }) => {
      const { document } = agreementProposal.parse(JSON.parse(body));
      return { json: await signedBy(bio.key, { ...document, budget: { ...document.budget, runs: 2 } }) };
    });
    expect(row).toMatchObject({ state: "ACTIVE", runsLimit: 2 });
  });

  test("one that signs more than was asked makes nothing active", async () => {
    const ctx = await asMember("tempted");
    await whileAway(ctx);
    const row = await answerOnce(ctx, async ({ body }) => {
      const { document } = agreementProposal.parse(JSON.parse(body));
      return { json: await signedBy(bio.key, { ...document, budget: { ...document.budget, runs: 500 } }) };
    });
    expect(row).toMatchObject({ state: "REQUESTED", runsLimit: 5 });
  });

  test("a host that is suspended meanwhile has refused nothing", async () => {
    const ctx = await asMember("unlucky");
    await whileAway(ctx);
    await suspendCluster({ ...ctx, user: localUser(["hub-operator"]) }, { name: "bio" });
    await deliverRequests(ctx);
    expect((await listAgreements(ctx))[0]).toMatchObject({ state: "REQUESTED", refusal: null });
    await resumeCluster({ ...ctx, user: localUser(["hub-operator"]) }, { name: "bio" });
    await deliverRequests(ctx);
    const users = host.asked.map(({ body }) => agreementProposal.parse(JSON.parse(body)).document.user);
    expect(users).toContain(ctx.user.pseudonym);
  });

  test.each([
    {
      given: "a refusal in so many words",
      answer: { json: { state: "REJECTED", reason: "too much" } },
      want: "too much",
    },
    {
      given: "a closed door",
      answer: { status: 403, json: { status: 403, code: "agreement.remote_closed" } },
      want: "agreement.remote_closed",
    },
  ])("$given ends it, with the host's reason", async ({ given, answer, want }) => {
    const ctx = await asMember(given);
    await whileAway(ctx);
    expect(await answerOnce(ctx, () => answer)).toMatchObject({ state: "REJECTED", refusal: want });
  });
});

test("an agreement that ran out is expired and an open offer makes a new one", async () => {
  const ctx = await asMember("patient");
  const first = await ensureAgreement(ctx, open);
  const start = clock.now;
  clock.now = new Date(start.getTime() + 31 * 86_400_000);
  const second = await ensureAgreement(ctx, open);
  expect(second.id).not.toBe(first.id);
  expect((await listAgreements(ctx)).map(({ state }) => state).sort()).toEqual(["ACTIVE", "EXPIRED"]);
  clock.now = start;
});

test("a revocation holds at once, is repeated while the host is away, and ends when it answers", async () => {
  const ctx = await asMember("leaver");
  const { id } = await ensureAgreement(ctx, open);
  const path = "POST /v1/agreements/:id/revoke";
  const acknowledged = host.answers.get(path);
  host.answers.set(path, () => ({ status: 503, json: { status: 503, code: "busy" } }));
  expect(await revokeAgreement(ctx, { id })).toEqual({ id, state: "REVOKING" });
  await settleRevocations(ctx);
  expect((await listAgreements(ctx))[0]?.state).toBe("REVOKING");
  if (acknowledged) host.answers.set(path, acknowledged);
  await settleRevocations(ctx);
  expect((await listAgreements(ctx))[0]?.state).toBe("REVOKED");
});

test("what an operator took away, an open offer does not give back by itself", async () => {
  const ctx = await asMember("expelled");
  const { id } = await ensureAgreement(ctx, open);
  const stranger = await asMember("stranger");
  await expect(revokeAgreement(stranger, { id })).rejects.toMatchObject({ kind: "not_found" });
  await revokeAgreement({ ...ctx, user: localUser(["operator:bio"]) }, { id });
  await expect(ensureAgreement(ctx, open)).rejects.toMatchObject({ reason: "agreement.revoked" });
  const asked = await requestAgreement(ctx, { app: "bio/open-app", ...wish });
  expect(asked.state).toBe("REQUESTED");
  expect(agreementProposal.parse(JSON.parse(host.asked.at(-1)?.body ?? "")).needsPerson).toBe(true);
  await revokeAgreement(ctx, asked);
  await expect(ensureAgreement(ctx, open)).rejects.toMatchObject({ reason: "agreement.revoked" });
  expect((await getApp(ctx, { cluster: "bio", name: "open-app" })).permission).toBe("request");
  expect((await listApps(ctx, { runnableNow: true })).items).toEqual([]);
  const left = await asMember("returner");
  const own = await ensureAgreement(left, open);
  await revokeAgreement(left, { id: own.id });
  expect(await ensureAgreement(left, open)).toMatchObject({ state: "ACTIVE" });
});
