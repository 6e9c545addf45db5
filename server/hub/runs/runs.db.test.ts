import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import type { RunSubmission } from "#server/protocol/framework-api";
import { listAgreements } from "../agreements/list-agreements";
import type { Hub, HubContext } from "../context";
import { aGateway, type GatewayDouble } from "../gateways/gateway.build";
import { aCluster, aContext, aFile, aHub, aMember, anApp, type Clock, type TestCluster } from "../hub.build";
import { publishListing } from "../market/publish-listing";
import { planRun } from "../planning/plan-run";
import { abandonStep } from "./abandon-step";
import { cancelRun } from "./cancel-run";
import { getRun } from "./get-run";
import { listRuns } from "./list-runs";
import { recordSummaries } from "./record-summaries";
import { retryRun } from "./retry-run";
import { settleSubmissions } from "./settle-submissions";
import { submitRun } from "./submit-run";

let database: { db: Db; drop: () => Promise<void> };
let hub: Hub & { allowedOrigins: string[] };
let home: GatewayDouble;
let host: GatewayDouble;
let materials: TestCluster;
let ctx: HubContext;
const clock: Clock = { now: new Date() };

const workflow = (second = "bio/trend") => ({
  schema: "krdc.workflow/v1",
  title: { ko: "추세", en: "Trend" },
  inputs: { table: { type: "file" } },
  steps: {
    clean: { app: "materials/clean", with: { input: { from: "inputs.table" } } },
    trend: { app: second, with: { input: { from: "clean.out" }, window: 5 } },
  },
  outputs: { result: { from: "trend.out" } },
});
const request = (over: object = {}) => ({
  workflow: workflow(),
  home: "materials",
  inputs: { table: aFile() },
  ...over,
});
const asMember = async (account: string) => aContext(database.db, hub, clock, await aMember(database.db, account));
const sent = () =>
  home.asked.filter(({ method }) => method === "PUT").map(({ body }) => JSON.parse(body) as RunSubmission);

beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  hub = await aHub();
  [home, host] = await Promise.all([aGateway(), aGateway()]);
  const place = { ...database, hub, clock };
  materials = await aCluster(place, "materials", home.url);
  const bio = await aCluster(place, "bio", host.url);
  host.signWith(bio.key);
  await publishListing(await materials.context(), anApp({ cluster: "materials", name: "clean" }));
  await publishListing(await bio.context(), anApp({ cluster: "bio", name: "trend" }));
  const asked = { remote: "on-request", download: "closed" } as const;
  await publishListing(await bio.context(), anApp({ cluster: "bio", name: "guarded", access: asked }));
  ctx = await asMember("researcher");
});
beforeEach(() => {
  home.asked.length = 0;
  host.asked.length = 0;
});
afterAll(async () => {
  await Promise.all([home.close(), host.close()]);
  await database.drop();
});

test("a submitted run is pinned, agreed with the host, authorized and handed to its home", async () => {
  const { id, state } = await submitRun(ctx, request());
  expect(state).toBe("QUEUED");
  const [submission] = sent();
  expect(submission?.document.steps.trend?.app).toBe("bio/trend@1.0.0");
  expect(submission?.placements.clean).toMatchObject({ placement: "local", cluster: "materials", agreementId: null });
  expect(submission?.placements.trend).toMatchObject({ placement: "remote", cluster: "bio" });
  const [agreement] = await listAgreements(ctx);
  expect(agreement).toMatchObject({ app: "bio/trend", state: "ACTIVE", mine: true, mayRevoke: true });
  expect(submission?.placements.trend?.agreementId).toBe(agreement?.id);
  expect(submission?.authorizationId).toEqual(expect.any(String));
  expect(home.asked[0]?.headers.authorization).toMatch(/^DPoP ey/);
  const { items } = await listRuns(ctx, {});
  expect(items).toEqual([expect.objectContaining({ id, state: "QUEUED", clusters: ["materials", "bio"], mine: true })]);
});

test("a second run under the same open offer makes no second agreement", async () => {
  await Promise.all([submitRun(ctx, request()), submitRun(ctx, request())]);
  expect(await listAgreements(ctx)).toHaveLength(1);
});

test("submits racing for a first agreement share one", async () => {
  const fresh = await asMember("racer");
  const runs = await Promise.all(Array.from({ length: 6 }, () => submitRun(fresh, request())));
  expect(new Set(runs.map(({ id }) => id)).size).toBe(6);
  expect(await listAgreements(fresh)).toHaveLength(1);
});

test("without permission nothing is sent to anybody, and every step that lacks it is named", async () => {
  const refused = submitRun(ctx, request({ workflow: workflow("bio/guarded") }));
  await expect(refused).rejects.toMatchObject({
    reason: "agreement.missing",
    detail: { steps: [{ step: "trend", app: "bio/guarded", cluster: "bio", code: "agreement.missing" }] },
  });
  expect([...home.asked, ...host.asked]).toEqual([]);
});

test("every problem of a document and its inputs is told at once, before anything is sent", async () => {
  const broken = {
    ...workflow(),
    steps: { clean: { app: "materials/nothing" }, trend: { app: "bio/trend", with: { window: "x" } } },
  };
  const refused = await submitRun(ctx, request({ workflow: broken, inputs: {} })).catch((error) => error);
  expect(refused).toMatchObject({ kind: "unprocessable", reason: "workflow.invalid" });
  const paths = refused.detail.problems.map(({ path }: { path: string }) => path);
  expect(paths).toEqual(expect.arrayContaining(["steps.clean.app", "steps.trend.with.window", "inputs.table"]));
  expect([...home.asked, ...host.asked]).toEqual([]);
});

test("asking again with the same id makes no second run", async () => {
  const id = randomUUID();
  const first = await submitRun(ctx, request({ id }));
  const again = await submitRun(ctx, request({ id }));
  expect(again).toMatchObject({ id, number: first.number });
  expect(sent()).toHaveLength(1);
  const other = await asMember("researcher2");
  await expect(submitRun(other, request({ id }))).rejects.toMatchObject({ reason: "run.id_taken" });
});

test("a home that refuses leaves a refused run, and the same id may be tried again", async () => {
  const id = randomUUID();
  const taken = home.answers.get("PUT /v1/runs/:id");
  home.answers.set("PUT /v1/runs/:id", () => ({ status: 429, json: { status: 429, code: "run.quota" } }));
  await expect(submitRun(ctx, request({ id }))).rejects.toMatchObject({ reason: "run.quota" });
  expect((await listRuns(ctx, { state: "FAILED" })).items.map((row) => row.id)).toContain(id);
  if (taken) home.answers.set("PUT /v1/runs/:id", taken);
  expect(await submitRun(ctx, request({ id }))).toMatchObject({ id, state: "QUEUED" });
});

describe("a handing over that was cut short is settled by asking the home", () => {
  test.each([
    { given: "the home has it", answer: { json: {} }, want: "QUEUED" },
    {
      given: "the home never got it",
      answer: { status: 404, json: { status: 404, code: "run.not_found" } },
      want: "FAILED",
    },
  ])("$given -> $want", async ({ answer, want }) => {
    const id = randomUUID();
    const taken = home.answers.get("PUT /v1/runs/:id");
    home.answers.set("PUT /v1/runs/:id", () => ({ status: 503, json: { status: 503, code: "peer.away" } }));
    await expect(submitRun(ctx, request({ id }))).rejects.toMatchObject({ kind: "unavailable" });
    if (taken) home.answers.set("PUT /v1/runs/:id", taken);
    home.answers.set("GET /v1/runs/:id", () => answer);
    clock.now = new Date(clock.now.getTime() + 61_000);
    await settleSubmissions(ctx);
    home.answers.delete("GET /v1/runs/:id");
    expect((await listRuns(ctx, {})).items.find((row) => row.id === id)?.state).toBe(want);
  });
});

test("others' runs are not found, whatever is asked of them", async () => {
  const { id } = await submitRun(ctx, request());
  const other = await asMember("researcher2");
  const operator = aContext(database.db, hub, clock, await aMember(database.db, "admin", ["hub-operator"]));
  home.asked.length = 0;
  for (const stranger of [other, operator]) {
    for (const ask of [getRun, cancelRun, retryRun]) {
      await expect(ask(stranger, { id })).rejects.toMatchObject({ kind: "not_found", reason: "run.not_found" });
    }
    expect((await listRuns(stranger, {})).items.map((row) => row.id)).not.toContain(id);
  }
  expect(home.asked).toEqual([]);
  await expect(getRun(ctx, { id: "../../etc" })).rejects.toMatchObject({ kind: "not_found" });
});

test("giving an attempt up reaches the run's own home with the person's word, and only for the run's own person", async () => {
  const { id } = await submitRun(ctx, request());
  const lost = { id, step: "gc", index: 0, understood: "it_may_run_twice" } as const;
  home.asked.length = 0;
  await expect(abandonStep(await asMember("researcher2"), lost)).rejects.toMatchObject({ reason: "run.not_found" });
  expect(home.asked).toEqual([]);
  home.answers.set("POST /v1/runs/:id/steps/gc/0/abandon", () => ({ json: { id } }));
  await abandonStep(ctx, lost);
  expect(home.asked).toMatchObject([{ body: JSON.stringify({ understood: "it_may_run_twice" }) }]);
});

test("summaries apply only when newer and only from the run's own home", async () => {
  const { id } = await submitRun(ctx, request());
  const at = new Date().toISOString();
  const summary = (seq: number, state: "RUNNING" | "SUCCEEDED") => ({
    summaries: [
      { id, seq, state, startedAt: at, endedAt: state === "SUCCEEDED" ? at : null, stepsDone: seq, stepsTotal: 2 },
    ],
  });
  const own = await materials.context();
  const foreign = { ...own, user: { ...own.user, name: "bio" } };
  expect(await recordSummaries(foreign, summary(9, "SUCCEEDED"))).toEqual({ accepted: 0 });
  expect(await recordSummaries(own, summary(2, "SUCCEEDED"))).toEqual({ accepted: 1 });
  expect(await recordSummaries(own, summary(1, "RUNNING"))).toEqual({ accepted: 0 });
  expect((await listRuns(ctx, { state: "SUCCEEDED" })).items[0]).toMatchObject({ id, stepsDone: 2 });
});

test("a dry run says place, reason and permission, and asks nobody", async () => {
  const fresh = await asMember("planner");
  expect(await planRun(fresh, request())).toEqual({
    steps: [
      { id: "clean", cluster: "materials", placement: "local", reason: "placement.app_at_home", permission: "yes" },
      { id: "trend", cluster: "bio", placement: "remote", reason: "placement.download_closed", permission: "open" },
    ],
    problems: [],
  });
  expect((await planRun(fresh, request({ inputs: {} }))).problems).toEqual([]);
  const guarded = await planRun(fresh, request({ workflow: workflow("bio/guarded") }));
  expect(guarded.steps[1]).toMatchObject({ permission: "missing" });
  expect([...home.asked, ...host.asked]).toEqual([]);
});
