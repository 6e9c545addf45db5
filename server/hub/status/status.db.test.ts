import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { members } from "#drizzle/hub/schema/members";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import { readSignedDocument } from "#server/protocol/signed-document";
import { type StatusList, statusList, statusListType } from "#server/protocol/status-list";
import { ensureAgreement } from "../agreements/ensure-agreement";
import { resumeAgreement } from "../agreements/resume-agreement";
import { revokeAgreement } from "../agreements/revoke-agreement";
import { settleRevocations } from "../agreements/settle-revocations";
import { suspendAgreement } from "../agreements/suspend-agreement";
import { takeDecision } from "../agreements/take-decision";
import { suspendCluster } from "../clusters/suspend-cluster";
import type { Hub, HubContext } from "../context";
import { aGateway, type GatewayDouble } from "../gateways/gateway.build";
import { aCluster, aContext, aHub, aMember, anApp, type Clock, publicKeyOf, type TestCluster } from "../hub.build";
import { publishListing } from "../market/publish-listing";
import { localUser } from "../members/member";
import { answerStatus } from "./answer-status";

let database: { db: Db; drop: () => Promise<void> };
let hub: Hub & { allowedOrigins: string[] };
let host: GatewayDouble;
let bio: TestCluster;
let materials: TestCluster;
const clock: Clock = { now: new Date() };
const app = anApp({ cluster: "bio", name: "trend" });

beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  hub = await aHub();
  host = await aGateway();
  const place = { ...database, hub, clock };
  bio = await aCluster(place, "bio", host.url);
  materials = await aCluster(place, "materials", "http://127.0.0.1:31");
  host.signWith(bio.key);
  await publishListing(await bio.context(), app);
});
afterAll(async () => {
  await host.close();
  await database.drop();
});

const asMember = async () => aContext(database.db, hub, clock, await aMember(database.db, randomUUID()));
const agreed = async (ctx: HubContext) => (await ensureAgreement(ctx, app)).id;
const operator = () => aContext(database.db, hub, clock, localUser(["hub-operator"]));

async function status(cluster = bio, of = "bio"): Promise<StatusList> {
  const nonce = randomUUID();
  const answer = await answerStatus(await cluster.context(), { nonce, host: of });
  const read = statusList.parse(await readSignedDocument(publicKeyOf(hub), statusListType, answer.status));
  expect(read).toMatchObject({ nonce, host: of, hub: hub.url, issuedAt: clock.now.toISOString() });
  return read;
}

test("a revocation stands from the first moment, through its acknowledgement, and for 30 days after", async () => {
  const ctx = await asMember();
  const id = await agreed(ctx);
  expect((await status()).revokedAgreements).not.toContain(id);
  const path = "POST /v1/agreements/:id/revoke";
  const usual = host.answers.get(path);
  host.answers.set(path, () => ({ status: 503, json: { status: 503, code: "busy" } }));
  await revokeAgreement(ctx, { id });
  expect((await status()).revokedAgreements).toContain(id);
  if (usual) host.answers.set(path, usual);
  await settleRevocations(ctx);
  expect((await status()).revokedAgreements).toContain(id);
  const start = clock.now;
  clock.now = new Date(start.getTime() + 31 * 86_400_000);
  expect((await status()).revokedAgreements).not.toContain(id);
  clock.now = start;
});

test("it names what the hub holds and not what the owner holds, and lets go again", async () => {
  const id = await agreed(await asMember());
  await takeDecision(await bio.context(), id, { decision: "suspended" });
  expect((await status()).suspendedAgreements).not.toContain(id);
  await suspendAgreement(operator(), { id });
  expect((await status()).suspendedAgreements).toContain(id);
  await resumeAgreement(operator(), { id });
  expect((await status()).suspendedAgreements).not.toContain(id);
});

test("disabled people are named where they hold agreements, by their pseudonym", async () => {
  const ctx = await asMember();
  await agreed(ctx);
  const elsewhere = await asMember();
  for (const { user } of [ctx, elsewhere]) {
    await database.db.update(members).set({ disabledAt: clock.now }).where(eq(members.id, user.id));
  }
  expect((await status()).disabledUsers).toEqual([ctx.user.pseudonym]);
});

test("any active member may carry a host's status to it, and each host gets only its own", async () => {
  const ctx = await asMember();
  const id = await agreed(ctx);
  await revokeAgreement(ctx, { id });
  expect((await status(materials, "bio")).revokedAgreements).toContain(id);
  expect((await status(bio, "materials")).revokedAgreements).toEqual([]);
});

test("a suspended cluster is named to the others and hears only of itself", async () => {
  await suspendCluster(operator(), { name: "materials" });
  expect((await status()).suspendedClusters).toEqual(["materials"]);
  expect((await status(materials, "materials")).suspendedClusters).toEqual(["materials"]);
  await expect(status(materials, "bio")).rejects.toMatchObject({ reason: "cluster.suspended" });
});
