import { randomUUID } from "node:crypto";
import { desc, eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { agreements } from "#drizzle/hub/schema/agreements";
import { auditEntries } from "#drizzle/hub/schema/audit";
import { authorizations, grants } from "#drizzle/hub/schema/grants";
import { appVersions } from "#drizzle/hub/schema/market";
import { members } from "#drizzle/hub/schema/members";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import type { GrantRequest, RunSubmission } from "#server/protocol/framework-api";
import { runKeyOf } from "#server/protocol/run-key";
import type { StepState } from "#server/protocol/states";
import { revokeAgreement } from "../agreements/revoke-agreement";
import { suspendAgreement } from "../agreements/suspend-agreement";
import type { Hub, HubContext } from "../context";
import { aGateway, type GatewayDouble } from "../gateways/gateway.build";
import { issueGrant } from "../grants/issue-grant";
import { revokeAuthorization } from "../grants/revoke-authorization";
import { aCluster, aContext, aFile, aHub, aMember, anApp, type Clock, type TestCluster } from "../hub.build";
import { publishListing } from "../market/publish-listing";
import { localUser } from "../members/member";
import { getRun } from "../runs/get-run";
import { submitRun } from "../runs/submit-run";
import { lookUpConsent } from "./look-up-consent";
import { permitCached } from "./permit-cached";
import { renewConsent } from "./renew-consent";

let database: { db: Db; drop: () => Promise<void> };
let hub: Hub & { allowedOrigins: string[] };
let home: GatewayDouble;
let host: GatewayDouble;
let materials: TestCluster;
let bio: TestCluster;
let ctx: HubContext;
let id: string;
const start = new Date();
const clock: Clock = { now: start };
const day = 86_400_000;
const later = (days: number) => {
  clock.now = new Date(start.getTime() + days * day);
};
const trend = anApp({ cluster: "bio", name: "trend" });
const plot = anApp({ cluster: "bio", name: "plot" });
const asMember = async (account: string) => aContext(database.db, hub, clock, await aMember(database.db, account));
const operator = () => ({ ...ctx, user: localUser(["operator:bio"]) });

const workflow = {
  schema: "krdc.workflow/v1",
  title: { ko: "추세", en: "Trend" },
  inputs: { table: { type: "file" } },
  steps: {
    trend: { app: "bio/trend", with: { input: { from: "inputs.table" } } },
    plot: { app: "bio/plot", with: { input: { from: "trend.out" } } },
  },
  outputs: {},
};

/** The run as its home shows it, with its steps in these states. */
const standsSo = (states: Record<string, StepState>) =>
  home.answers.set("GET /v1/runs/:id", () => {
    const nothing = { reason: null, startedAt: null, endedAt: null };
    const step = {
      index: null,
      app: "bio/x@1.0.0",
      cluster: "bio",
      placement: "remote",
      placementReason: "",
      attempt: 1,
    };
    const rest = { end: null, exitCode: null, readyAt: null, outputs: [], values: {}, parameters: {}, logBytes: 0 };
    const steps = Object.entries(states).map(([name, state]) => ({
      ...{ id: name, state, ...step, ...nothing, ...rest, proxy: null, cachedFrom: null, seq: 1 },
    }));
    const document = { ...workflow, steps: {}, layout: {} };
    const run = { id, number: 1, title: workflow.title, state: "RUNNING", home: "materials", ...nothing };
    return { json: { ...run, createdAt: start.toISOString(), document, inputs: {}, steps, outputs: [], seq: 1 } };
  });

beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  hub = await aHub();
  [home, host] = await Promise.all([aGateway(), aGateway()]);
  const place = { ...database, hub, clock };
  materials = await aCluster(place, "materials", home.url);
  bio = await aCluster(place, "bio", host.url);
  host.signWith(bio.key);
  for (const app of [trend, plot]) await publishListing(await bio.context(), app);
});
beforeEach(async () => {
  clock.now = start;
  ctx = await asMember(randomUUID());
  const inputs = { table: aFile() };
  ({ id } = await submitRun(ctx, { workflow, home: "materials", inputs }));
  standsSo({ trend: "WAITING_CONSENT", plot: "WAITING" });
  home.answers.set("POST /v1/runs/:id/consent", () => ({ json: {} }));
  home.asked.length = 0;
});
afterAll(async () => {
  await Promise.all([home.close(), host.close()]);
  await database.drop();
});

const consent = async () => {
  const [row] = await ctx.db.select().from(authorizations).where(eq(authorizations.runId, id));
  if (!row) throw new TypeError("the run was submitted above");
  return row;
};
const request = async (step = "trend"): Promise<GrantRequest> => {
  const { id: authorizationId, steps } = await consent();
  const found = steps[step];
  if (!found) throw new TypeError("the step was consented to");
  const { host: at, app, version, digest, agreementId } = found;
  return {
    ...{ host: at, app, version, digest, agreementId, authorizationId, runId: id, step, index: 0, attempt: 1 },
    runKey: runKeyOf({ homeId: "materials", runId: id, stepPath: step, index: 0 }),
    parametersHash: "a".repeat(64),
    inputsHash: "b".repeat(64),
    limits: { cpuMillis: 500, memoryBytes: 1, gpu: 0, durationSeconds: 60, outputBytes: 1 },
    resultsLifetimeDays: 14,
    previous: { kind: "none" },
  };
};
const grant = async (step?: string) => issueGrant(await materials.context(), await request(step));
const newest = async () =>
  (await ctx.db.select().from(auditEntries).orderBy(desc(auditEntries.ordinal)).limit(3)).map(({ action }) => action);

describe("a consent that ended", () => {
  test("opens again by its own person's word: the same consent with a new end, audited, and its home is told", async () => {
    const before = await consent();
    later(31);
    await expect(grant()).rejects.toMatchObject({ reason: "authorization.expired" });
    const { consentUntil } = await renewConsent(ctx, { id });
    expect(Date.parse(consentUntil)).toBeLessThanOrEqual(clock.now.getTime() + 30 * day);
    expect(Date.parse(consentUntil)).toBeGreaterThan(clock.now.getTime() + 29 * day);
    const after = await consent();
    expect(after.id).toBe(before.id);
    const meaning = ({ steps }: typeof after) =>
      Object.values(steps).map(({ agreementId: _agreement, ...step }) => step);
    expect(meaning(after)).toEqual(meaning(before));
    expect(home.asked.map(({ method, path }) => `${method} ${path}`)).toContain(`POST /v1/runs/${id}/consent`);
    expect(await newest()).toContain("run.renew_consent");
    await grant();
    expect((await getRun(ctx, { id })).consentUntil).toBe(consentUntil);
  });

  test("stays ended when a home that is away cannot be told, and the home finds out by asking", async () => {
    later(31);
    const question = { runId: id, authorizationId: (await consent()).id };
    expect(await lookUpConsent(await materials.context(), question)).toMatchObject({ state: "ENDED" });
    home.answers.set("POST /v1/runs/:id/consent", () => ({ status: 503, json: { status: 503, code: "busy" } }));
    home.answers.set("GET /v1/runs/:id", () => ({ status: 503, json: { status: 503, code: "busy" } }));
    await renewConsent(ctx, { id });
    const { steps } = await consent();
    expect(await lookUpConsent(await materials.context(), question)).toMatchObject({
      state: "STANDING",
      agreements: { trend: steps.trend?.agreementId, plot: steps.plot?.agreementId },
    });
  });

  test("uses the agreement that lives now", async () => {
    const old = (await consent()).steps.trend?.agreementId ?? "";
    await revokeAgreement(ctx, { id: old });
    await expect(grant()).rejects.toMatchObject({ reason: "agreement.revoked" });
    await renewConsent(ctx, { id });
    const now = (await consent()).steps.trend?.agreementId ?? "";
    expect(now).not.toBe(old);
    expect((await grant()).agreement.document.id).toBe(now);
  });
});

describe("a consent is not renewed", () => {
  const gives = async (reason: string, ask: () => Promise<unknown> = () => renewConsent(ctx, { id })) => {
    const before = await consent();
    await expect(ask()).rejects.toMatchObject({ reason });
    expect(await consent()).toEqual(before);
  };

  test("by anybody else", async () => {
    const stranger = await asMember("stranger");
    await gives("run.not_found", () => renewConsent(stranger, { id }));
    const admin = { ...ctx, user: localUser(["hub-operator"]) };
    await gives("run.not_found", () => renewConsent(admin, { id }));
  });

  test("once it was taken back", async () => {
    await revokeAuthorization(ctx.db, id, clock.now);
    await gives("authorization.revoked");
    expect((await getRun(ctx, { id })).consentUntil).toBeNull();
    const question = { runId: id, authorizationId: (await consent()).id };
    expect(await lookUpConsent(await materials.context(), question)).toMatchObject({ state: "REVOKED" });
  });

  test("where the owner took the permission away, or holds it", async () => {
    const agreementId = (await consent()).steps.trend?.agreementId ?? "";
    await suspendAgreement(operator(), { id: agreementId });
    await gives("agreement.suspended");
    await revokeAgreement(operator(), { id: agreementId });
    await gives("agreement.revoked");
  });

  test("for an app that was withdrawn, or is another image now", async () => {
    await ctx.db.update(appVersions).set({ withdrawnAt: clock.now }).where(eq(appVersions.name, "plot"));
    await gives("app.withdrawn");
    await ctx.db.update(appVersions).set({ withdrawnAt: null });
    const [row] = await ctx.db.select().from(appVersions).where(eq(appVersions.name, "plot"));
    if (!row) throw new TypeError("it was published above");
    const document = { ...row.document, digest: `sha256:${"f".repeat(64)}` };
    await ctx.db.update(appVersions).set({ document, digest: document.digest }).where(eq(appVersions.name, "plot"));
    await gives("app.withdrawn");
    await ctx.db.update(appVersions).set(row).where(eq(appVersions.name, "plot"));
  });

  test("for what is made already: only steps that are still to run are looked at", async () => {
    const agreementId = (await consent()).steps.trend?.agreementId ?? "";
    await revokeAgreement(operator(), { id: agreementId });
    standsSo({ trend: "SUCCEEDED", plot: "WAITING_CONSENT" });
    await renewConsent(ctx, { id });
    expect((await consent()).steps.trend?.agreementId).toBe(agreementId);
    await grant("plot");
    await expect(grant("trend")).rejects.toMatchObject({ reason: "agreement.revoked" });
    standsSo({ trend: "SUCCEEDED", plot: "CACHED" });
    await gives("consent.not_needed");
  });

  test("for a run without remote steps", async () => {
    await publishListing(await materials.context(), anApp({ cluster: "materials", name: "clean" }));
    const local = {
      ...workflow,
      steps: { clean: { app: "materials/clean", with: { input: { from: "inputs.table" } } } },
    };
    const run = await submitRun(ctx, { workflow: local, home: "materials", inputs: { table: aFile() } });
    await expect(renewConsent(ctx, run)).rejects.toMatchObject({ reason: "consent.not_needed" });
  });
});

test("another cluster finds no consent, and a home none but the one that it names", async () => {
  const question = { runId: id, authorizationId: (await consent()).id };
  const missing = { kind: "not_found", reason: "authorization.missing" };
  await expect(lookUpConsent(await bio.context(), question)).rejects.toMatchObject(missing);
  const other = { ...question, authorizationId: randomUUID() };
  await expect(lookUpConsent(await materials.context(), other)).rejects.toMatchObject(missing);
});

describe("an earlier result may answer a step exactly when the step could be granted", () => {
  const ask = async (over: Partial<GrantRequest> = {}) =>
    permitCached(await materials.context(), { ...(await request()), ...over });
  const refused = (reason: string) => ({ isAllowed: false, reason });
  const change = async (values: Partial<typeof agreements.$inferInsert>) => {
    const agreementId = (await consent()).steps.trend?.agreementId ?? "";
    await ctx.db.update(agreements).set(values).where(eq(agreements.id, agreementId));
  };

  test("and nothing is granted or counted by the question", async () => {
    expect(await ask()).toEqual({ isAllowed: true, reason: null });
    expect(await newest()).toContain("cache.permit");
    const { id: authorizationId } = await consent();
    expect(await ctx.db.select().from(grants).where(eq(grants.authorizationId, authorizationId))).toEqual([]);
    const [row] = await ctx.db.select().from(agreements).where(eq(agreements.memberId, ctx.user.id));
    expect(row?.runsUsed).toBe(0);
  });

  test.each<{ given: string; spoil: () => Promise<unknown>; over?: Partial<GrantRequest>; want: string }>([
    { given: "a revoked agreement", spoil: () => change({ state: "REVOKED" }), want: "agreement.revoked" },
    { given: "a suspended agreement", spoil: () => change({ state: "SUSPENDED" }), want: "agreement.suspended" },
    { given: "an ended consent", spoil: async () => later(31), want: "authorization.expired" },
    {
      given: "a disabled member",
      spoil: () => ctx.db.update(members).set({ disabledAt: clock.now }).where(eq(members.id, ctx.user.id)),
      want: "member.disabled",
    },
    {
      given: "another digest",
      spoil: async () => undefined,
      over: { digest: `sha256:${"e".repeat(64)}` },
      want: "authorization.other_app",
    },
  ])("not with $given", async ({ spoil, over, want }) => {
    await spoil();
    expect(await ask(over)).toEqual(refused(want));
  });
});

test("what is submitted names the consent that its home asks with", async () => {
  const { id: made } = await submitRun(ctx, { workflow, home: "materials", inputs: { table: aFile() } });
  const sent = home.asked.filter(({ method }) => method === "PUT").map(({ body }) => JSON.parse(body) as RunSubmission);
  const [row] = await ctx.db.select().from(authorizations).where(eq(authorizations.runId, made));
  expect(sent.map(({ authorizationId }) => authorizationId)).toEqual([row?.id]);
});
