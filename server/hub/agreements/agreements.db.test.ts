import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import { makeSigningKey } from "#server/protocol/keys";
import type { Hub } from "../context";
import { aGateway, type GatewayDouble } from "../gateways/gateway.build";
import { aCluster, aContext, aHub, aMember, anApp, type Clock, type TestCluster } from "../hub.build";
import { getApp } from "../market/get-app";
import { listApps } from "../market/list-apps";
import { publishListing } from "../market/publish-listing";
import { localUser } from "../members/member";
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
  await revokeAgreement(ctx, asked);
  await expect(ensureAgreement(ctx, open)).rejects.toMatchObject({ reason: "agreement.revoked" });
  expect((await getApp(ctx, { cluster: "bio", name: "open-app" })).permission).toBe("request");
  expect((await listApps(ctx, { runnableNow: true })).items).toEqual([]);
  const left = await asMember("returner");
  const own = await ensureAgreement(left, open);
  await revokeAgreement(left, { id: own.id });
  expect(await ensureAgreement(left, open)).toMatchObject({ state: "ACTIVE" });
});
