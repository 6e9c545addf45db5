import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import { fingerprintOf, makeSigningKey, publicPart, thumbprintOf } from "#server/protocol/keys";
import { ensureAgreement } from "../agreements/ensure-agreement";
import { listAgreements } from "../agreements/list-agreements";
import { settleRevocations } from "../agreements/settle-revocations";
import type { Hub, HubContext } from "../context";
import { aGateway, type GatewayDouble } from "../gateways/gateway.build";
import { anAuthorizedStep, aReceipt } from "../grants/grants.build";
import { issueGrant } from "../grants/issue-grant";
import { aCluster, aContext, aHeartbeat, aHub, aMember, anApp, type Clock, type TestCluster } from "../hub.build";
import { listApps } from "../market/list-apps";
import { publishListing } from "../market/publish-listing";
import { localUser } from "../members/member";
import { recordReceipts } from "../usage/record-receipts";
import { approveCluster } from "./approve-cluster";
import { enrolCluster } from "./enrol-cluster";
import { inviteCluster } from "./invite-cluster";
import { leaveCluster } from "./leave-cluster";
import { listClusters } from "./list-clusters";
import { recordHeartbeat } from "./record-heartbeat";
import { resumeCluster } from "./resume-cluster";
import { suspendCluster } from "./suspend-cluster";

let database: { db: Db; drop: () => Promise<void> };
let hub: Hub & { allowedOrigins: string[] };
let host: GatewayDouble;
let home: TestCluster;
/** A member cluster of its own for every test. */
let guest: TestCluster;
let ctx: HubContext;
const clock: Clock = { now: new Date() };
const as = (...roles: string[]) => aContext(database.db, hub, clock, localUser(roles));
const title = { ko: "새", en: "New" };
const shown = async (viewer = as("hub-operator")) =>
  (await listClusters(viewer)).find(({ name }) => name === guest.name);

let made = 0;
beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  hub = await aHub();
  host = await aGateway();
  home = await aCluster({ ...database, hub, clock }, "home", "http://127.0.0.1:41");
});
beforeEach(async () => {
  made += 1;
  guest = await aCluster({ ...database, hub, clock }, `host-${made}`, host.url);
  host.signWith(guest.key);
  ctx = aContext(database.db, hub, clock, await aMember(database.db, randomUUID()));
});
afterAll(async () => {
  await host.close();
  await database.drop();
});

const anOpenApp = async () => {
  const app = anApp({ cluster: guest.name, name: "trend" });
  await publishListing(await guest.context(), app);
  return app;
};

/** Enrols and approves again under the same name. */
async function rejoin(joinToken: string) {
  const key = await makeSigningKey();
  const jkt = await thumbprintOf(publicPart(key));
  const request = { joinToken, name: guest.name, title, gateway: host.url, key: publicPart(key), version: "1" };
  const open = { ...as(), user: undefined };
  await enrolCluster(open, { ...request, runtime: "process" }, { key: publicPart(key), jkt });
  const fingerprint = fingerprintOf(key).slice(-2).join(" ");
  await approveCluster(as(`operator:${guest.name}`), { name: guest.name, fingerprint, as: "operator" });
  await approveCluster(as("hub-operator"), { name: guest.name, as: "hub" });
}

describe("a suspended cluster works again when the hub operator says so", () => {
  test.each([
    { given: "its operator suspended it", roles: () => `operator:${guest.name}`, reason: "operator" },
    { given: "the hub operator suspended it", roles: () => "hub-operator", reason: "hub" },
  ])("after $given", async ({ roles, reason }) => {
    await suspendCluster(as(roles()), { name: guest.name });
    expect(await shown()).toMatchObject({ state: "SUSPENDED", suspendedReason: reason, mayResume: true });
    const byOperator = resumeCluster(as(`operator:${guest.name}`), { name: guest.name });
    await expect(byOperator).rejects.toMatchObject({ reason: "cluster.resume_forbidden" });
    expect(await resumeCluster(as("hub-operator"), { name: guest.name })).toEqual({ state: "ACTIVE" });
    expect(await shown()).toMatchObject({ state: "ACTIVE", suspendedReason: null });
  });

  test("after its key was seen elsewhere", async () => {
    const copied = aHeartbeat(host.url, { seq: 9, clusterUid: "elsewhere" });
    await expect(recordHeartbeat(await guest.context(), copied)).rejects.toMatchObject({ reason: "cluster.other_uid" });
    expect(await shown()).toMatchObject({ state: "SUSPENDED", suspendedReason: "other_uid" });
    expect(await resumeCluster(as("hub-operator"), { name: guest.name })).toEqual({ state: "ACTIVE" });
  });
});

describe("a cluster that leaves", () => {
  test("takes its apps from the market and ends what was agreed there", async () => {
    const app = await anOpenApp();
    await ensureAgreement(ctx, app);
    expect((await listApps(ctx, { clusters: [guest.name] })).total).toBe(1);
    host.asked.length = 0;
    expect(await leaveCluster(as(`operator:${guest.name}`), { name: guest.name })).toEqual({ state: "SUSPENDED" });
    expect(await shown()).toMatchObject({ suspendedReason: "left", mayResume: false, mayLeave: false });
    expect((await listApps(ctx, { clusters: [guest.name] })).total).toBe(0);
    expect((await listAgreements(ctx))[0]).toMatchObject({ state: "REVOKED" });
    expect(host.asked.map(({ path }) => path)).toEqual([expect.stringMatching(/^\/v1\/agreements\/.+\/revoke$/)]);
    await expect(ensureAgreement(ctx, app)).rejects.toMatchObject({ reason: "cluster.suspended" });
  });

  test("hears of the revocations when it is back in reach, although it is suspended", async () => {
    await ensureAgreement(ctx, await anOpenApp());
    const path = "POST /v1/agreements/:id/revoke";
    const usual = host.answers.get(path);
    host.answers.set(path, () => ({ status: 503, json: { status: 503, code: "busy" } }));
    await leaveCluster(as("hub-operator"), { name: guest.name });
    expect((await listAgreements(ctx))[0]).toMatchObject({ state: "REVOKING" });
    if (usual) host.answers.set(path, usual);
    await settleRevocations(ctx);
    expect((await listAgreements(ctx))[0]).toMatchObject({ state: "REVOKED" });
  });

  test("is not resumed, but comes back by a new invitation, and nobody lost a permission for good", async () => {
    const app = await anOpenApp();
    await ensureAgreement(ctx, app);
    await leaveCluster(as("hub-operator"), { name: guest.name });
    const resumed = resumeCluster(as("hub-operator"), { name: guest.name });
    await expect(resumed).rejects.toMatchObject({ kind: "conflict", reason: "cluster.left" });
    const plain = inviteCluster(as("hub-operator"), { name: guest.name, title });
    await expect(plain).rejects.toMatchObject({ reason: "cluster.already_enrolled" });
    await rejoin((await inviteCluster(as("hub-operator"), { name: guest.name, title, replace: true })).joinToken);
    expect(await shown()).toMatchObject({ approvals: { operator: true, hub: true }, suspendedReason: null });
    expect((await listApps(ctx, { clusters: [guest.name] })).items[0]?.permission).toBe("open");
  });

  test("is sent away by its operator or the hub operator, nobody else", async () => {
    for (const viewer of [ctx, as("operator:home"), as(`provider:${guest.name}`)]) {
      await expect(leaveCluster(viewer, { name: guest.name })).rejects.toMatchObject({
        reason: "cluster.leave_forbidden",
      });
    }
    expect(await shown(as(`operator:${guest.name}`))).toMatchObject({
      state: "ACTIVE",
      mayLeave: true,
      mayResume: false,
    });
  });
});

describe("a replaced key", () => {
  test("opens nothing any more, and a known name is replaced only when that is said", async () => {
    const old = await guest.context();
    await ensureAgreement(ctx, await anOpenApp());
    const { joinToken } = await inviteCluster(as("hub-operator"), { name: guest.name, title, replace: true });
    expect(await shown()).toMatchObject({
      state: "INVITED",
      approvals: { operator: false, hub: false },
      invitationExpiresAt: expect.any(String),
    });
    await expect(guest.context()).rejects.toThrow();
    expect((await listAgreements(ctx))[0]).toMatchObject({ state: "REVOKED" });
    await rejoin(joinToken);
    expect((await shown())?.state).not.toBe("INVITED");
    await expect(guest.context()).rejects.toThrow();
    expect(old.user.name).toBe(guest.name);
  });

  test("still verifies what it signed before", async () => {
    const request = await anAuthorizedStep(ctx, await anOpenApp(), "home");
    const { grantId } = await issueGrant(await home.context(), request);
    const receipt = await aReceipt(guest.key, request);
    await rejoin((await inviteCluster(as("hub-operator"), { name: guest.name, title, replace: true })).joinToken);
    const told = { receipts: [{ grantId, runKey: request.runKey, attempt: 1, receipt }] };
    expect(await recordReceipts(await home.context(), told)).toEqual({ accepted: 1, refused: [] });
  });

  test("of a name that nobody knows is refused", async () => {
    const unknown = inviteCluster(as("hub-operator"), { name: "nobody", title, replace: true });
    await expect(unknown).rejects.toMatchObject({ kind: "not_found" });
    const byOperator = inviteCluster(as(`operator:${guest.name}`), { name: guest.name, title, replace: true });
    await expect(byOperator).rejects.toMatchObject({ reason: "cluster.invite_forbidden" });
  });
});

test("an invitation says how its framework is started by hand", async () => {
  const { joinToken, start } = await inviteCluster(as("hub-operator"), { name: `by-hand-${made}`, title });
  expect(start.environment).toMatchObject({
    FRAMEWORK_NAME: `by-hand-${made}`,
    FRAMEWORK_JOIN_TOKEN: joinToken,
    KRDC_HUB_URL: hub.url,
    HUB_JWKS_THUMBPRINT: hub.signingKey.kid,
  });
  expect(start.commands.join("\n")).not.toContain(joinToken);
});
