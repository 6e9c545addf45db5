import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import { mailboxOf, relayedFileBytes } from "#server/protocol/reach";
import { recordHeartbeat } from "../clusters/record-heartbeat";
import type { HubContext } from "../context";
import { aCluster, aContext, aFile, aHeartbeat, aHub, aMember, anApp, type TestCluster } from "../hub.build";
import { publishListing } from "../market/publish-listing";
import { listRuns } from "../runs/list-runs";
import { submitRun } from "../runs/submit-run";
import { planRun } from "./plan-run";

let database: { db: Db; drop: () => Promise<void> };
let bio: TestCluster;
let ctx: HubContext;
const clock = { now: new Date("2026-03-01T00:00:00Z") };

beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  const place = { ...database, hub: await aHub(), clock };
  bio = await aCluster(place, "bio", mailboxOf("bio"));
  await aCluster(place, "materials", mailboxOf("materials"));
  await publishListing(await bio.context(), anApp({ cluster: "bio", name: "trend" }));
  ctx = aContext(database.db, place.hub, clock, await aMember(database.db, "researcher"));
});
afterAll(() => database.drop());

const request = (sizeBytes: number, home = "materials") => ({
  workflow: {
    schema: "krdc.workflow/v1",
    title: { ko: "추세", en: "Trend" },
    inputs: { table: { type: "file" } },
    steps: { trend: { app: "bio/trend", with: { input: { from: "inputs.table" } } } },
  },
  home,
  inputs: { table: { ...aFile(), size: sizeBytes } },
});
const problem = { code: "no_route", path: "steps.trend.with.input" };

test("a file that has no way from home to host is refused while planning and at submit, before anything is made", async () => {
  const { problems, steps } = await planRun(ctx, request(relayedFileBytes + 1));
  expect(problems).toMatchObject([problem]);
  expect(steps).toHaveLength(1);
  const refused = submitRun(ctx, request(relayedFileBytes + 1));
  await expect(refused).rejects.toMatchObject({ reason: "workflow.invalid", detail: { problems: [problem] } });
  expect((await listRuns(ctx, {})).items).toEqual([]);
});

test("a file that letters carry, a home that is the host, and a host that opened an address have a way", async () => {
  expect((await planRun(ctx, request(relayedFileBytes))).problems).toEqual([]);
  expect((await planRun(ctx, request(relayedFileBytes + 1, "bio"))).problems).toEqual([]);
  await recordHeartbeat(await bio.context(), aHeartbeat("http://127.0.0.1:41", { seq: 2 }));
  expect((await planRun(ctx, request(relayedFileBytes + 1))).problems).toEqual([]);
});
