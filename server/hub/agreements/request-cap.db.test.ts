import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import { aGateway, type GatewayDouble } from "../gateways/gateway.build";
import { aCluster, aContext, aHub, aMember, anApp } from "../hub.build";
import { publishListing } from "../market/publish-listing";
import { listAgreements } from "./list-agreements";
import { requestAgreement } from "./request-agreement";
import { revokeAgreement } from "./revoke-agreement";

let database: { db: Db; drop: () => Promise<void> };
let hub: Awaited<ReturnType<typeof aHub>>;
let gateway: GatewayDouble;
const clock = { now: new Date("2026-03-01T00:00:00Z") };
const names = Array.from({ length: 25 }, (_, at) => `guarded-${at}`);

beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  hub = await aHub();
  gateway = await aGateway();
  for (const cluster of ["bio", "geo"]) {
    const host = await aCluster({ ...database, hub, clock }, cluster, gateway.url);
    gateway.signWith(host.key);
    const access = { remote: "on-request", download: "closed" } as const;
    for (const name of names) await publishListing(await host.context(), anApp({ cluster, name, access }));
  }
  for (const name of names) gateway.onRequest.add(name);
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

const asMember = async (account: string) => aContext(database.db, hub, clock, await aMember(database.db, account));
const ask = (ctx: Awaited<ReturnType<typeof asMember>>, app: string) =>
  requestAgreement(ctx, { app, days: 30, purpose: "" });
const tooMany = { kind: "too_many", reason: "agreement.too_many_requests" };

test("a member has 20 requests that await an answer at most, however many are made at once", async () => {
  const ctx = await asMember("eager");
  const asked = await Promise.allSettled(names.map((name) => ask(ctx, `bio/${name}`)));
  expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(20);
  for (const one of asked) if (one.status === "rejected") expect(one.reason).toMatchObject(tooMany);
  await expect(ask(ctx, "geo/guarded-0")).rejects.toMatchObject(tooMany);
  const all = await listAgreements(ctx);
  expect(all).toHaveLength(20);
  await revokeAgreement(ctx, { id: all[0]?.id ?? "" });
  await ask(ctx, "geo/guarded-0");
  await ask(await asMember("other"), "bio/guarded-0");
});

test("a host has 200 requests that await an answer at most, whoever made them", async () => {
  const before = 1;
  const people = await Promise.all(Array.from({ length: 10 }, (_, at) => asMember(`person-${at}`)));
  const wanted = people.flatMap((ctx) => names.slice(0, 20).map((name) => ({ ctx, name })));
  const asked = await Promise.allSettled(wanted.map(({ ctx, name }) => ask(ctx, `geo/${name}`)));
  expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(200 - before);
  const ctx = await asMember("late");
  await expect(ask(ctx, "geo/guarded-1")).rejects.toMatchObject(tooMany);
  await ask(ctx, "bio/guarded-1");
});
