import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { agreements } from "#drizzle/hub/schema/agreements";
import { clusters } from "#drizzle/hub/schema/clusters";
import { authorizations } from "#drizzle/hub/schema/grants";
import { appVersions } from "#drizzle/hub/schema/market";
import { members } from "#drizzle/hub/schema/members";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import type { GrantRequest } from "#server/protocol/framework-api";
import { verifyGrant } from "#server/protocol/grant";
import { publicPart, thumbprintOf } from "#server/protocol/keys";
import { runKeyOf } from "#server/protocol/run-key";
import { unbounded } from "../agreements/agreement";
import { checkHub } from "../checks/check-hub";
import { listClusters } from "../clusters/list-clusters";
import { recordHeartbeat } from "../clusters/record-heartbeat";
import type { Hub, HubContext } from "../context";
import { aGateway, type GatewayDouble } from "../gateways/gateway.build";
import { aCluster, aContext, aHeartbeat, aHub, aMember, anApp, type Clock, type TestCluster } from "../hub.build";
import { publishListing } from "../market/publish-listing";
import { recordReceipts } from "../usage/record-receipts";
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
const hash = (letter: string) => letter.repeat(64);

/** A fresh member with a living agreement and a run that they authorized. */
beforeEach(async () => {
  clock.now = new Date();
  ctx = aContext(database.db, hub, clock, await aMember(database.db, randomUUID()));
  request = await anAuthorizedStep(ctx, app, "materials");
});
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
afterAll(async () => {
  await host.close();
  await database.drop();
});

const ask = async (over: Partial<GrantRequest> = {}) => issueGrant(await materials.context(), { ...request, ...over });

test("a grant names one attempt, one gateway, the home's key and no account", async () => {
  const { grant, grantId, agreement } = await ask();
  const key = { ...hub.signingKey, d: undefined } as never;
  const claims = await verifyGrant(grant, { key, issuer: hub.url, audience: "bio" }, clock.now);
  expect(claims).toMatchObject({ aud: "bio", jti: grantId, sub: ctx.user.pseudonym, home: "materials" });
  expect(claims.cnf.jkt).toBe(await thumbprintOf(publicPart(materials.key)));
  expect(claims.exp - claims.iat).toBe(600);
  expect(claims.authorization_details[0]).toMatchObject({ step: "trend", attempt: 1, digest: app.digest });
  expect(agreement.document.id).toBe(request.agreementId);
  expect(JSON.stringify(claims)).not.toContain(ctx.user.account);
});

test("the same attempt with the same hashes may be granted again, with other hashes never", async () => {
  const first = await ask();
  const again = await ask();
  expect(again.grantId).not.toBe(first.grantId);
  await expect(ask({ inputsHash: hash("c") })).rejects.toMatchObject({ reason: "grant.other_hashes" });
  const [row] = await ctx.db.select().from(agreements).where(eq(agreements.id, request.agreementId));
  expect(row?.runsUsed).toBe(1);
});

type Spoil = { given: string; spoil?: () => Promise<unknown>; over?: () => Partial<GrantRequest>; want: string };
const setAgreement = (change: object) => () =>
  ctx.db.update(agreements).set(change).where(eq(agreements.id, request.agreementId));
const later = (days: number) => async () => {
  clock.now = new Date(clock.now.getTime() + days * 86_400_000);
};

describe("T1: a grant is refused", () => {
  test.each<Spoil>([
    {
      given: "without an authorization",
      over: () => ({ authorizationId: randomUUID() }),
      want: "authorization.missing",
    },
    { given: "for another run", over: () => ({ runId: randomUUID() }), want: "authorization.missing" },
    {
      given: "after the authorization was taken back",
      spoil: () =>
        ctx.db
          .update(authorizations)
          .set({ revokedAt: clock.now })
          .where(eq(authorizations.id, request.authorizationId)),
      want: "authorization.revoked",
    },
    { given: "after the authorization ran out", spoil: later(31), want: "authorization.expired" },
    { given: "for a step that was not authorized", over: () => ({ step: "other" }), want: "authorization.other_step" },
    {
      given: "for a step with a name of the language's own",
      over: () => ({ step: "constructor" }),
      want: "authorization.other_step",
    },
    { given: "for another digest", over: () => ({ digest: `sha256:${hash("f")}` }), want: "authorization.other_app" },
    { given: "for another host", over: () => ({ host: "materials" }), want: "authorization.other_host" },
    {
      given: "under another agreement",
      over: () => ({ agreementId: randomUUID() }),
      want: "authorization.other_agreement",
    },
    { given: "for one instance too many", over: () => ({ index: 2 }), want: "authorization.too_many_instances" },
    { given: "for one attempt too many", over: () => ({ attempt: 4 }), want: "authorization.too_many_attempts" },
    { given: "with a key of another step run", over: () => ({ runKey: hash("9") }), want: "grant.other_run_key" },
    {
      given: "for a disabled member",
      spoil: () => ctx.db.update(members).set({ disabledAt: clock.now }).where(eq(members.id, ctx.user.id)),
      want: "member.disabled",
    },
    {
      given: "while the agreement is being revoked",
      spoil: setAgreement({ state: "REVOKING" }),
      want: "agreement.revoked",
    },
    { given: "after it was revoked", spoil: setAgreement({ state: "REVOKED" }), want: "agreement.revoked" },
    { given: "while it is suspended", spoil: setAgreement({ state: "SUSPENDED" }), want: "agreement.suspended" },
    { given: "after it expired", spoil: setAgreement({ state: "EXPIRED" }), want: "agreement.expired" },
  ])("$given -> $want", async ({ spoil, over, want }) => {
    await spoil?.();
    await expect(ask(over?.())).rejects.toMatchObject({ reason: want });
  });

  test("when the budget of runs is used", async () => {
    const [row] = await ctx.db.select().from(agreements).where(eq(agreements.id, request.agreementId));
    if (!row) throw new TypeError("the agreement was made above");
    const document = { ...row.document, budget: { ...row.document.budget, runs: 1 } };
    await setAgreement({ document, runsUsed: 1 })();
    await expect(ask()).rejects.toMatchObject({ reason: "agreement.budget_used" });
  });

  test("when it asks for more than one run may take, and for the first term that is over", async () => {
    const limits = { ...request.limits, gpu: 9 };
    await expect(ask({ limits })).rejects.toMatchObject({ reason: "agreement.over_per_run", detail: { name: "gpu" } });
  });

  test("when ended attempts took more than the agreement gives", async () => {
    const [row] = await ctx.db.select().from(agreements).where(eq(agreements.id, request.agreementId));
    if (!row) throw new TypeError("the agreement was made above");
    const { grantId } = await ask();
    const receipt = await aReceipt(bio.key, request, { cpuSeconds: 10.5 });
    await recordReceipts(await materials.context(), { receipts: [{ ...request, grantId, receipt }] });
    const budgetOf = (cpuSeconds: number) => ({ document: { ...row.document, budget: { ...unbounded, cpuSeconds } } });
    await setAgreement(budgetOf(11))();
    await ask();
    await setAgreement(budgetOf(10))();
    await expect(ask()).rejects.toMatchObject({ reason: "agreement.budget_used", detail: { name: "cpuSeconds" } });
  });

  test.each([
    { given: "its own clock is 26 s ahead", cluster: "materials", skewMs: 26_000 },
    { given: "the host's clock is 26 s behind", cluster: "bio", skewMs: -26_000 },
  ])("while $given", async ({ cluster, skewMs }) => {
    const beat = async (seq: number, ms: number) => {
      const { url } = cluster === "bio" ? host : { url: "http://127.0.0.1:31" };
      const time = new Date(clock.now.getTime() + ms).toISOString();
      const from = await (cluster === "bio" ? bio : materials).context();
      await recordHeartbeat(from, aHeartbeat(url, { seq, time }));
    };
    await beat(2, skewMs);
    await expect(ask()).rejects.toMatchObject({ reason: "cluster.clock_skew", detail: { cluster } });
    const [shown] = (await listClusters(ctx)).filter(({ name }) => name === cluster);
    expect(shown?.skewSeconds).toBe(skewMs / 1000);
    await beat(3, skewMs > 0 ? 25_000 : -25_000);
    await ask();
  });

  test("T14: when the app was withdrawn, and when its host is suspended", async () => {
    await ctx.db.update(appVersions).set({ withdrawnAt: clock.now });
    await expect(ask()).rejects.toMatchObject({ reason: "app.withdrawn" });
    await ctx.db.update(appVersions).set({ withdrawnAt: null });
    await ctx.db.update(clusters).set({ state: "SUSPENDED" }).where(eq(clusters.name, "bio"));
    await expect(ask()).rejects.toMatchObject({ reason: "cluster.suspended" });
    await ctx.db.update(clusters).set({ state: "ACTIVE" }).where(eq(clusters.name, "bio"));
  });

  test("to a cluster that is not the authorized home", async () => {
    await expect(issueGrant(await bio.context(), request)).rejects.toMatchObject({ reason: "authorization.missing" });
  });
});

test("the check names an agreement whose count does not fit its grants", async () => {
  await ask();
  const namesIt = async () => JSON.stringify((await checkHub(ctx.db, clock.now)).broken).includes(request.agreementId);
  expect(await namesIt()).toBe(false);
  await setAgreement({ runsUsed: 7 })();
  expect(await namesIt()).toBe(true);
});

test("racing grants never exceed the budget", async () => {
  const [row] = await ctx.db.select().from(agreements).where(eq(agreements.id, request.agreementId));
  if (!row) throw new TypeError("the agreement was made above");
  await setAgreement({ document: { ...row.document, budget: { ...row.document.budget, runs: 1 } } })();
  const keys = [0, 1].map((index) => runKeyOf({ homeId: "materials", runId: request.runId, stepPath: "trend", index }));
  const asked = [0, 1, 0, 1, 0, 1].map((index) => ask({ index, runKey: keys[index] ?? "" }));
  const results = await Promise.allSettled(asked);
  const refused = results.filter((one) => one.status === "rejected").map((one) => one.reason.reason);
  expect(refused).toEqual(["agreement.budget_used", "agreement.budget_used", "agreement.budget_used"]);
});

describe("the host learns whether a grant still stands", () => {
  const question = (jti: string) => ({ jti, runKey: request.runKey, attempt: 1 });

  test("a good one is active for its own host only", async () => {
    const { grantId } = await ask();
    expect(await introspectGrant(await bio.context(), question(grantId))).toEqual({ active: true, reason: null });
    const foreign = await introspectGrant(await materials.context(), question(grantId));
    expect(foreign).toEqual({ active: false, reason: "grant.unknown" });
    const other = await introspectGrant(await bio.context(), { ...question(grantId), attempt: 2 });
    expect(other).toEqual({ active: false, reason: "grant.unknown" });
  });

  test("T14: a revocation after the grant was made is told", async () => {
    const { grantId } = await ask();
    await setAgreement({ state: "REVOKING" })();
    const answer = await introspectGrant(await bio.context(), question(grantId));
    expect(answer).toEqual({ active: false, reason: "agreement.revoked" });
  });

  test("a grant is dead after its ten minutes", async () => {
    const { grantId } = await ask();
    clock.now = new Date(clock.now.getTime() + 601_000);
    const answer = await introspectGrant(await bio.context(), question(grantId));
    expect(answer).toEqual({ active: false, reason: "grant.expired" });
  });
});
