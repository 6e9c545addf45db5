import { randomUUID } from "node:crypto";
import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { auditEntries } from "#drizzle/hub/schema/audit";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import type { GrantRequest } from "#server/protocol/framework-api";
import type { Receipt } from "#server/protocol/hosted-run";
import type { PrivateKey } from "#server/protocol/keys";
import { listAgreements } from "../agreements/list-agreements";
import { runCheck } from "../checks/run-check";
import type { Hub, HubContext } from "../context";
import { aGateway, type GatewayDouble } from "../gateways/gateway.build";
import { anAuthorizedStep, aReceipt } from "../grants/grants.build";
import { introspectGrant } from "../grants/introspect-grant";
import { issueGrant } from "../grants/issue-grant";
import { aCluster, aContext, aHub, aMember, anApp, type Clock, type TestCluster } from "../hub.build";
import { publishListing } from "../market/publish-listing";
import { localUser } from "../members/member";
import { recordReceipts } from "./record-receipts";

let database: { db: Db; drop: () => Promise<void> };
let hub: Hub & { allowedOrigins: string[] };
let host: GatewayDouble;
let home: GatewayDouble;
let materials: TestCluster;
let bio: TestCluster;
let ctx: HubContext;
let request: GrantRequest;
let grantId: string;
const clock: Clock = { now: new Date() };
const app = anApp({ cluster: "bio", name: "trend" });

beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  hub = await aHub();
  [host, home] = await Promise.all([aGateway(), aGateway()]);
  const place = { ...database, hub, clock };
  materials = await aCluster(place, "materials", home.url);
  bio = await aCluster(place, "bio", host.url);
  host.signWith(bio.key);
  await publishListing(await bio.context(), app);
});
beforeEach(async () => {
  ctx = aContext(database.db, hub, clock, await aMember(database.db, randomUUID()));
  request = await anAuthorizedStep(ctx, app, "materials");
  ({ grantId } = await issueGrant(await materials.context(), request));
});
afterAll(async () => {
  await Promise.all([host.close(), home.close()]);
  await database.drop();
});

const receiptOf = (over: Partial<Receipt> = {}, key: PrivateKey = bio.key) => aReceipt(key, request, over);
async function hand(receipt: string, over: { grantId?: string; attempt?: number } = {}, cluster = materials) {
  const { runKey, attempt } = request;
  return recordReceipts(await cluster.context(), { receipts: [{ grantId, runKey, attempt, receipt, ...over }] });
}
const taken = { accepted: 1, refused: [] };
const row = async () => (await listAgreements(ctx))[0];

test("what an attempt took stands in the agreement, by its host's signature, however often it is handed in", async () => {
  const receipt = await receiptOf({ cpuSeconds: 2.5, gpuSeconds: 4 });
  expect(await hand(receipt)).toEqual(taken);
  expect(await hand(receipt)).toEqual(taken);
  expect(await row()).toMatchObject({ used: { runs: 1, cpuSeconds: 2.5, gpuSeconds: 4, outputBytes: 70 } });
});

test("an attempt counts as living from its host's question until its receipt", async () => {
  expect((await row())?.live).toBe(0);
  await introspectGrant(await bio.context(), { jti: grantId, runKey: request.runKey, attempt: 1 });
  expect((await row())?.live).toBe(1);
  await hand(await receiptOf());
  expect((await row())?.live).toBe(0);
});

describe("a receipt is refused without keeping others back", () => {
  const refused = (reason: string) => ({ accepted: 0, refused: [expect.objectContaining({ reason })] });

  test("signed by the home itself", async () => {
    expect(await hand(await receiptOf({}, materials.key))).toEqual(refused("receipt.bad_signature"));
    expect((await row())?.used.cpuSeconds).toBe(0);
  });

  test.each<{ given: string; over: Partial<Receipt> }>([
    { given: "of another attempt", over: { attempt: 2 } },
    { given: "of another run", over: { runKey: "d".repeat(64) } },
    { given: "of other inputs", over: { inputsHash: "d".repeat(64) } },
  ])("$given", async ({ over }) => {
    expect(await hand(await receiptOf(over))).toEqual(refused("receipt.other_attempt"));
  });

  test("that names another host than its signer", async () => {
    expect(await hand(await receiptOf({ host: "materials" }))).toEqual(refused("receipt.bad_signature"));
  });

  test("for a grant of another home, of another attempt, or of nobody", async () => {
    const receipt = await receiptOf();
    expect(await hand(receipt, {}, bio)).toEqual(refused("grant.unknown"));
    expect(await hand(receipt, { attempt: 2 })).toEqual(refused("grant.unknown"));
    expect(await hand(receipt, { grantId: randomUUID() })).toEqual(refused("grant.unknown"));
  });

  test("beside a good one", async () => {
    const told = { grantId, runKey: request.runKey, attempt: 1 };
    const receipts = [
      { ...told, receipt: "forged" },
      { ...told, receipt: await receiptOf() },
    ];
    const answer = await recordReceipts(await materials.context(), { receipts });
    expect(answer).toMatchObject({ accepted: 1, refused: [{ reason: "receipt.bad_signature" }] });
  });
});

test("of two different ends of one attempt the first stands, and the dispute is written down", async () => {
  const endedAt = clock.now.toISOString();
  const first = { startedAt: endedAt, endedAt, cpuSeconds: 1 };
  await hand(await receiptOf(first));
  expect(await hand(await receiptOf(first))).toEqual(taken);
  expect(await hand(await receiptOf({ cpuSeconds: 900 }))).toEqual(taken);
  expect((await row())?.used.cpuSeconds).toBe(1);
  const ofIt = and(eq(auditEntries.action, "receipt.disputed"), eq(auditEntries.subject, `${request.runKey}/1`));
  const entries = await database.db.select().from(auditEntries).where(ofIt);
  expect(entries).toEqual([
    expect.objectContaining({ actor: "materials", detail: expect.objectContaining({ host: "bio" }) }),
  ]);
});

test("the check compares both ledgers once nothing is under way", async () => {
  await hand(await receiptOf({ cpuSeconds: 1 / 3 }));
  const operator = aContext(database.db, hub, clock, localUser(["hub-operator"]));
  const line = { agreementId: request.agreementId, runs: 1, cpuSeconds: 1 / 3 + 1e-9, gpuSeconds: 0, outputBytes: 70 };
  const answer = (settled: boolean, ledger: unknown) => () => ({ json: { broken: [], settled, ledger } });
  const problems = async () =>
    (await runCheck(operator)).broken.filter(({ what }) => what.includes(request.agreementId));
  home.answers.set("GET /v1/check", answer(true, undefined));
  host.answers.set("GET /v1/check", answer(true, [line]));
  expect(await problems()).toEqual([]);
  host.answers.set("GET /v1/check", answer(true, [{ ...line, cpuSeconds: 0.4 }]));
  expect(await problems()).toEqual([
    { invariant: "ledger.same_on_both_sides", what: `bio: ${request.agreementId} cpuSeconds` },
  ]);
  host.answers.set("GET /v1/check", answer(true, []));
  expect(await problems()).toHaveLength(1);
  host.answers.set("GET /v1/check", answer(false, []));
  expect(await problems()).toEqual([]);
});
