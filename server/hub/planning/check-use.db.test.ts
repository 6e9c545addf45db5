import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import { type AgreementDocument, agreementProposal } from "#server/protocol/agreement";
import { limitsOfWords } from "#server/protocol/parameter-limits";
import { listAgreements } from "../agreements/list-agreements";
import type { Hub, HubContext } from "../context";
import { aGateway, type GatewayDouble, signedBy } from "../gateways/gateway.build";
import { aCluster, aContext, aFile, aHub, aMember, anApp, type Clock, type TestCluster } from "../hub.build";
import { publishListing } from "../market/publish-listing";
import { submitRun } from "../runs/submit-run";
import { planRun } from "./plan-run";

let database: { db: Db; drop: () => Promise<void> };
let hub: Hub & { allowedOrigins: string[] };
let home: GatewayDouble;
let host: GatewayDouble;
let bio: TestCluster;
let ctx: HubContext;
/** What the owner's standing offer adds to every agreement. */
let terms: Partial<AgreementDocument> = {};
const clock: Clock = { now: new Date() };

beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  hub = await aHub();
  [home, host] = await Promise.all([aGateway(), aGateway()]);
  const place = { ...database, hub, clock };
  await aCluster(place, "materials", home.url);
  bio = await aCluster(place, "bio", host.url);
  host.answers.set("POST /v1/agreements", async ({ body }) => {
    const { document } = agreementProposal.parse(JSON.parse(body));
    return { json: await signedBy(bio.key, { ...document, ...terms }) };
  });
  await publishListing(await bio.context(), anApp({ cluster: "bio", name: "trend" }));
  await publishListing(await bio.context(), anApp({ cluster: "bio", name: "online", network: "any" }));
});
beforeEach(async () => {
  terms = { parameters: limitsOfWords(["window=1..24"]) };
  ctx = aContext(database.db, hub, clock, await aMember(database.db, randomUUID()));
  home.asked.length = 0;
});
afterAll(async () => {
  await Promise.all([home.close(), host.close()]);
  await database.drop();
});

const draft = (bound: object, inputs: object = {}, app = "bio/trend") => ({
  workflow: {
    schema: "krdc.workflow/v1",
    title: { ko: "추세", en: "Trend" },
    inputs: { table: { type: "file" }, n: { type: "integer", default: 99 }, many: { type: "integer[]", default: [1] } },
    steps: { trend: { app, with: { input: { from: "inputs.table" }, ...bound } } },
    outputs: {},
  },
  home: "materials",
  inputs: { table: aFile(), ...inputs },
});
const scattered = (window: object) => {
  const { workflow, ...rest } = draft({ window });
  const steps = { trend: { ...workflow.steps.trend, scatter: ["window"] } };
  return { ...rest, workflow: { ...workflow, steps } };
};
const problem = {
  path: "steps.trend.with.window",
  code: "agreement.parameter_out_of_bounds",
  message: expect.objectContaining({ en: expect.stringContaining("window (1..24)") }),
};

describe("what a host's door would refuse is refused before anything is sent", () => {
  test.each<{ given: string; asked: () => ReturnType<typeof draft>; isRefused: boolean }>([
    { given: "a literal inside", asked: () => draft({ window: 24 }), isRefused: false },
    { given: "a literal beyond", asked: () => draft({ window: 25 }), isRefused: true },
    { given: "the app's default", asked: () => draft({}), isRefused: false },
    { given: "an input", asked: () => draft({ window: { from: "inputs.n" } }, { n: 25 }), isRefused: true },
    { given: "an input's default", asked: () => draft({ window: { from: "inputs.n" } }), isRefused: true },
    { given: "an input inside", asked: () => draft({ window: { from: "inputs.n" } }, { n: 3 }), isRefused: false },
    { given: "one instance of a scattered step", asked: () => scattered([3, 25]), isRefused: true },
    { given: "every instance inside", asked: () => scattered([3, 24]), isRefused: false },
  ])("$given", async ({ asked, isRefused }) => {
    const submitted = await submitRun(ctx, asked()).catch((error) => error);
    const sent = home.asked.filter(({ method }) => method === "PUT").length;
    if (!isRefused) return expect(sent).toBe(1);
    expect(submitted).toMatchObject({ reason: "workflow.invalid", detail: { problems: [problem] } });
    expect(sent).toBe(0);
    expect((await planRun(ctx, asked())).problems).toEqual([problem]);
  });

  test("a value that another step is still to make is left to the door", async () => {
    const { workflow, ...rest } = draft({});
    const steps = {
      ...workflow.steps,
      next: { app: "bio/trend", with: { input: { from: "trend.out" }, window: 3 } },
    };
    await submitRun(ctx, { ...rest, workflow: { ...workflow, steps } });
  });

  test("an app that asks for a network where the agreement allows none", async () => {
    terms = { egress: "none" };
    const refused = { path: "steps.trend.app", code: "agreement.egress_refused" };
    const asked = draft({}, {}, "bio/online");
    await expect(submitRun(ctx, asked)).rejects.toMatchObject({ detail: { problems: [refused] } });
    expect((await planRun(ctx, asked)).problems).toMatchObject([refused]);
    await submitRun(ctx, draft({}));
  });
});

test("a member sees the limits of each agreement where its other terms stand", async () => {
  terms = { ...terms, egress: "none" };
  await submitRun(ctx, draft({}));
  expect((await listAgreements(ctx))[0]).toMatchObject({ parameterLimits: ["window=1..24"], egress: "none" });
  terms = {};
  const other = aContext(database.db, hub, clock, await aMember(database.db, randomUUID()));
  await submitRun(other, draft({}));
  expect((await listAgreements(other))[0]).toMatchObject({ parameterLimits: [], egress: "any" });
});
