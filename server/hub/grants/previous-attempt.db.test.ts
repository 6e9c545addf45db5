import { randomUUID } from "node:crypto";
import { desc } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { auditEntries } from "#drizzle/hub/schema/audit";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import type { GrantRequest, PreviousEnd } from "#server/protocol/framework-api";
import { checkHub } from "../checks/check-hub";
import type { Hub, HubContext } from "../context";
import { aGateway, type GatewayDouble } from "../gateways/gateway.build";
import { aCluster, aContext, aHub, aMember, anApp, type Clock, type TestCluster } from "../hub.build";
import { publishListing } from "../market/publish-listing";
import { anAuthorizedStep, aReceipt } from "./grants.build";
import { introspectGrant } from "./introspect-grant";
import { issueGrant } from "./issue-grant";

let database: { db: Db; drop: () => Promise<void> };
let hub: Hub & { allowedOrigins: string[] };
let host: GatewayDouble;
let materials: TestCluster;
let bio: TestCluster;
let ctx: HubContext;
let request: GrantRequest;
const clock: Clock = { now: new Date() };
const app = anApp({ cluster: "bio", name: "trend" });

beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  hub = await aHub();
  host = await aGateway();
  const place = { ...database, hub, clock };
  materials = await aCluster(place, "materials", "http://127.0.0.1:31");
  bio = await aCluster(place, "bio", host.url);
  host.signWith(bio.key);
  await publishListing(await bio.context(), app);
});
beforeEach(async () => {
  ctx = aContext(database.db, hub, clock, await aMember(database.db, randomUUID()));
  request = await anAuthorizedStep(ctx, app, "materials");
});
afterAll(async () => {
  await host.close();
  await database.drop();
});

const ask = async (attempt: number, previous: PreviousEnd) =>
  issueGrant(await materials.context(), { ...request, attempt, previous });
const none: PreviousEnd = { kind: "none" };
const receiptOf = async (attempt: number, key = bio.key): Promise<PreviousEnd> => ({
  kind: "receipt",
  receipt: await aReceipt(key, { ...request, attempt }),
});
const letIn = async (grantId: string, attempt: number) =>
  introspectGrant(await bio.context(), { jti: grantId, runKey: request.runKey, attempt });

describe("scenario 15: another attempt is granted only when the one before cannot live any more", () => {
  test("a first attempt has none before it", async () => {
    await expect(ask(1, { kind: "refused", reason: "x" })).rejects.toMatchObject({ reason: "grant.other_previous" });
    await ask(1, none);
  });

  test("a grant that no host ever asked about is closed by the next one", async () => {
    const first = await ask(1, none);
    await ask(2, none);
    expect(await letIn(first.grantId, 1)).toEqual({ active: false, reason: "grant.closed" });
  });

  test("one that a host let in needs that host's signature under exactly its end", async () => {
    const first = await ask(1, none);
    expect(await letIn(first.grantId, 1)).toEqual({ active: true, reason: null });
    const open = { kind: "conflict", reason: "grant.previous_attempt_open" };
    await expect(ask(2, none)).rejects.toMatchObject(open);
    await expect(ask(2, await receiptOf(1, materials.key))).rejects.toMatchObject(open);
    await expect(ask(2, await receiptOf(2))).rejects.toMatchObject(open);
    const elsewhere = await aReceipt(bio.key, { ...request, runKey: "d".repeat(64) });
    await expect(ask(2, { kind: "receipt", receipt: elsewhere })).rejects.toMatchObject(open);
    await ask(2, await receiptOf(1));
    expect(await letIn(first.grantId, 1)).toEqual({ active: false, reason: "grant.closed" });
  });

  test("leaving an attempt out does not hide the one that lives", async () => {
    await letIn((await ask(1, none)).grantId, 1);
    await expect(ask(3, none)).rejects.toMatchObject({ reason: "grant.previous_attempt_open" });
  });

  test("a person may give an attempt up, and the record says who", async () => {
    await letIn((await ask(1, none)).grantId, 1);
    await ask(2, { kind: "abandoned", by: "researcher-7", at: new Date().toISOString() });
    const rows = await ctx.db.select().from(auditEntries).orderBy(desc(auditEntries.ordinal)).limit(3);
    expect(rows).toContainEqual(
      expect.objectContaining({
        actor: "materials",
        action: "attempt.abandon",
        detail: expect.objectContaining({ attempt: 1, by: "researcher-7" }),
      }),
    );
  });

  test("what was refused is told with its reason", async () => {
    await letIn((await ask(1, none)).grantId, 1);
    await ask(2, { kind: "refused", reason: "agreement.budget_used" });
    const [newest] = await ctx.db.select().from(auditEntries).orderBy(desc(auditEntries.ordinal)).limit(1);
    expect(newest).toMatchObject({ detail: { previous: "refused", previousRefusal: "agreement.budget_used" } });
  });

  test("an earlier attempt is never granted again", async () => {
    await ask(1, none);
    await ask(2, none);
    await expect(ask(1, none)).rejects.toMatchObject({ kind: "conflict", reason: "grant.older_attempt" });
  });
});

test("while a host asks and the home goes on at once, only one of the two attempts is let in", async () => {
  for (let round = 0; round < 10; round += 1) {
    request = await anAuthorizedStep(ctx, app, "materials");
    const first = await ask(1, none);
    const [asked, next] = await Promise.allSettled([letIn(first.grantId, 1), ask(2, none)]);
    const isFirstIn = asked.status === "fulfilled" && asked.value.active;
    expect(isFirstIn).toBe(next.status === "rejected");
  }
  expect((await checkHub(ctx.db, clock.now)).broken).toEqual([]);
});
