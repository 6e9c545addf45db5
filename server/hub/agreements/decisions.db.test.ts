import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import { type AgreementDocument, hubSignatureType, type OwnerDecision } from "#server/protocol/agreement";
import { makeSigningKey, type PrivateKey } from "#server/protocol/keys";
import { readSignedDocument } from "#server/protocol/signed-document";
import type { Hub, HubContext } from "../context";
import { aGateway, type GatewayDouble, signedBy } from "../gateways/gateway.build";
import { aCluster, aContext, aHub, aMember, anApp, type Clock, publicKeyOf, type TestCluster } from "../hub.build";
import { publishListing } from "../market/publish-listing";
import { localUser } from "../members/member";
import type { Agreement } from "./agreement";
import { findAgreement } from "./find-agreement";
import { listAgreements } from "./list-agreements";
import { requestAgreement } from "./request-agreement";
import { resumeAgreement } from "./resume-agreement";
import { revokeAgreement } from "./revoke-agreement";
import { suspendAgreement } from "./suspend-agreement";
import { takeDecision } from "./take-decision";

let database: { db: Db; drop: () => Promise<void> };
let hub: Hub & { allowedOrigins: string[] };
let host: GatewayDouble;
let bio: TestCluster;
let materials: TestCluster;
let ctx: HubContext;
let asked: Agreement;
const clock: Clock = { now: new Date() };
const app = anApp({ cluster: "bio", name: "guarded", access: { remote: "on-request", download: "closed" } });

beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  hub = await aHub();
  host = await aGateway();
  const place = { ...database, hub, clock };
  bio = await aCluster(place, "bio", host.url);
  materials = await aCluster(place, "materials", "http://127.0.0.1:31");
  host.signWith(bio.key);
  host.onRequest.add("guarded");
  await publishListing(await bio.context(), app);
});
beforeEach(async () => {
  ctx = aContext(database.db, hub, clock, await aMember(database.db, randomUUID()));
  const wish = { app: "bio/guarded", days: 30, runs: 5, purpose: "comparison" };
  asked = await stored((await requestAgreement(ctx, wish)).id);
});
afterAll(async () => {
  await host.close();
  await database.drop();
});

async function stored(id: string): Promise<Agreement> {
  const found = await findAgreement(database.db, id);
  if (!found) throw new TypeError("it was asked for above");
  return found;
}
const decide = async (said: OwnerDecision, cluster = bio) => takeDecision(await cluster.context(), asked.id, said);
const approved = async (change: Partial<AgreementDocument> = {}, key: PrivateKey = bio.key): Promise<OwnerDecision> => {
  const { document, hostSignature } = await signedBy(key, { ...asked.document, ...change });
  return { decision: "approved", document, hostSignature };
};
const as = (...roles: string[]) => ({ ...ctx, user: localUser(roles) });
const shown = async () => (await listAgreements(ctx)).find(({ id }) => id === asked.id);

describe("the hub signs what the owner approved, if it is at most what was asked", () => {
  test("as it was asked, once and with the same answer again", async () => {
    const said = await approved();
    const first = await decide(said);
    expect(first.state).toBe("ACTIVE");
    const read = await readSignedDocument(publicKeyOf(hub), hubSignatureType, first.hubSignature ?? "");
    expect(read).toEqual(asked.document);
    expect(await decide(said)).toEqual(first);
    expect(await decide(await approved())).toEqual(first);
  });

  test("narrower, and the narrower terms hold", async () => {
    const budget = { ...asked.document.budget, runs: 2, cpuSeconds: 60 };
    const { state, hubSignature } = await decide(await approved({ budget, maxConcurrent: 1, onRevoke: "drain" }));
    expect(state).toBe("ACTIVE");
    const read = await readSignedDocument(publicKeyOf(hub), hubSignatureType, hubSignature ?? "");
    expect(read).toMatchObject({ budget, maxConcurrent: 1, onRevoke: "drain" });
    expect(await shown()).toMatchObject({ budget, runsLimit: 2 });
    await expect(decide(await approved())).rejects.toMatchObject({ reason: "agreement.widened" });
    const other = await approved({ budget: { ...budget, runs: 1 }, maxConcurrent: 1 });
    await expect(decide(other)).rejects.toMatchObject({ reason: "agreement.other_document" });
  });

  test.each<{ given: string; change: (document: AgreementDocument) => Partial<AgreementDocument>; term: string }>([
    {
      given: "more runs",
      change: ({ budget }) => ({ budget: { ...budget, runs: 6 } }),
      term: "budget.runs",
    },
    { given: "no bound", change: ({ budget }) => ({ budget: { ...budget, runs: null } }), term: "budget.runs" },
    { given: "another user", change: () => ({ user: "somebodyelse" }), term: "user" },
    { given: "another app", change: () => ({ app: "other" }), term: "app" },
    { given: "another host", change: () => ({ host: "materials" }), term: "host" },
    { given: "another agreement", change: () => ({ id: randomUUID() }), term: "id" },
    {
      given: "a longer time",
      change: ({ expires }) => ({ expires: new Date(Date.parse(expires) + 1000).toISOString() }),
      term: "expires",
    },
    {
      given: "larger runs",
      change: ({ perRun }) => ({ perRun: { ...perRun, gpu: perRun.gpu + 1 } }),
      term: "perRun.gpu",
    },
    { given: "another key", change: () => ({ hostKey: "x".repeat(43) }), term: "hostKey" },
  ])("$given is refused by its name", async ({ change, term }) => {
    const refused = { reason: "agreement.widened", detail: { name: term } };
    await expect(decide(await approved(change(asked.document)))).rejects.toMatchObject(refused);
    expect(await shown()).toMatchObject({ state: "REQUESTED" });
  });

  test("a signature by any other key, or over another document, is worth nothing", async () => {
    await expect(decide(await approved({}, await makeSigningKey()))).rejects.toMatchObject({
      reason: "signature.invalid",
    });
    await expect(decide(await approved({}, materials.key))).rejects.toMatchObject({ reason: "signature.invalid" });
    const { hostSignature } = await signedBy(bio.key, { ...asked.document, maxConcurrent: 1 });
    const swapped: OwnerDecision = { decision: "approved", document: asked.document, hostSignature };
    await expect(decide(swapped)).rejects.toMatchObject({ reason: "agreement.bad_signature" });
    expect(await shown()).toMatchObject({ state: "REQUESTED" });
  });

  test("what the member took back meanwhile is not approved any more", async () => {
    await revokeAgreement(ctx, { id: asked.id });
    await expect(decide(await approved())).rejects.toMatchObject({ kind: "conflict", reason: "agreement.revoked" });
  });

  test("a suspended cluster may still narrow, not widen", async () => {
    const context = await bio.context();
    const suspended = { ...context, user: { ...context.user, state: "SUSPENDED" as const } };
    const widened = takeDecision(suspended, asked.id, await approved());
    await expect(widened).rejects.toMatchObject({ reason: "cluster.suspended" });
    const rejected = await takeDecision(suspended, asked.id, { decision: "rejected", reason: "no" });
    expect(rejected).toEqual({ state: "REJECTED", hubSignature: null });
  });
});

test("another cluster finds no such agreement, whatever it decides", async () => {
  const foreign: OwnerDecision[] = [
    await approved(),
    await approved({}, materials.key),
    { decision: "rejected", reason: "x" },
    { decision: "suspended" },
    { decision: "resumed" },
    { decision: "revoked" },
  ];
  for (const said of foreign) {
    await expect(decide(said, materials)).rejects.toMatchObject({ kind: "not_found", reason: "agreement.not_found" });
  }
  expect(await shown()).toMatchObject({ state: "REQUESTED" });
});

test("an owner's refusal is shown with its reason, and one may ask again", async () => {
  const said: OwnerDecision = { decision: "rejected", reason: "not this month" };
  expect(await decide(said)).toEqual({ state: "REJECTED", hubSignature: null });
  expect(await decide(said)).toEqual({ state: "REJECTED", hubSignature: null });
  expect(await shown()).toMatchObject({ state: "REJECTED", refusal: "not this month", mayRevoke: false });
  await expect(decide(await approved())).rejects.toMatchObject({ kind: "conflict" });
  const again = await requestAgreement(ctx, { app: "bio/guarded", days: 3, purpose: "again" });
  expect(again.state).toBe("REQUESTED");
});

test("an owner's revocation is final, and no open offer or resumption undoes it", async () => {
  await decide(await approved());
  expect(await decide({ decision: "revoked" })).toEqual({ state: "REVOKED", hubSignature: null });
  expect(await decide({ decision: "resumed" })).toEqual({ state: "REVOKED", hubSignature: null });
  expect(await stored(asked.id)).toMatchObject({ state: "REVOKED", revokedBy: "operator" });
});

describe("whoever suspended an agreement lets it go, nobody else does it for them", () => {
  const suspended = { state: "SUSPENDED" };
  beforeEach(async () => void (await decide(await approved())));

  test("the owner's own hold stays through every resumption at the hub", async () => {
    await decide({ decision: "suspended" });
    for (const roles of [["operator:bio"], ["hub-operator"]]) {
      await expect(resumeAgreement(as(...roles), { id: asked.id })).rejects.toMatchObject({
        reason: "agreement.held_by_owner",
      });
    }
    expect(await decide({ decision: "resumed" })).toMatchObject({ state: "ACTIVE" });
  });

  test("held on both sides it is free only when both let go", async () => {
    await suspendAgreement(as("hub-operator"), { id: asked.id });
    expect(await decide({ decision: "suspended" })).toMatchObject(suspended);
    expect(await decide({ decision: "resumed" })).toMatchObject(suspended);
    const operator = resumeAgreement(as("operator:bio"), { id: asked.id });
    await expect(operator).rejects.toMatchObject({ reason: "agreement.held_by_hub" });
    expect(await resumeAgreement(as("hub-operator"), { id: asked.id })).toMatchObject({ state: "ACTIVE" });
  });

  test("its member may not, and strangers do not find it", async () => {
    const own = suspendAgreement(ctx, { id: asked.id });
    await expect(own).rejects.toMatchObject({ kind: "forbidden", reason: "agreement.hold_forbidden" });
    const stranger = suspendAgreement(as("operator:materials"), { id: asked.id });
    await expect(stranger).rejects.toMatchObject({ kind: "not_found" });
    host.asked.length = 0;
    expect(await suspendAgreement(as("operator:bio"), { id: asked.id })).toMatchObject(suspended);
    expect(host.asked.map(({ path }) => path)).toEqual([`/v1/agreements/${asked.id}/suspend`]);
    expect((await listAgreements(as("operator:bio"))).find(({ id }) => id === asked.id)).toMatchObject({
      ...suspended,
      mayResume: true,
      maySuspend: false,
    });
    expect(await shown()).toMatchObject({ ...suspended, mayResume: false, mayRevoke: true });
  });
});
