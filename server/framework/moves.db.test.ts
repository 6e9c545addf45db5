import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { executions } from "#drizzle/framework/schema/executions";
import { hostedRuns } from "#drizzle/framework/schema/hosting";
import { remoteAttempts } from "#drizzle/framework/schema/remote-attempts";
import { runs, stepRuns } from "#drizzle/framework/schema/runs";
import type { Db } from "#server/db/connect";
import { updateAgreement } from "./agreements/agreements.repo";
import { updateRemoteAttempt } from "./exchange/remote-attempts.repo";
import { putDownExecution } from "./execution/executions.repo";
import { aFramework, introduce, type TestFramework } from "./framework.build";
import { updateHostedRun } from "./hosting/hosted-runs.repo";
import { aHubDouble, type HubDouble } from "./hub-double.build";
import { reopenStep, updateRun, updateStep } from "./orchestrator/runs.repo";
import { agree, publish, submitAndEnd } from "./portal.build";
import { packJoin } from "./programs.build";
import { until } from "./until.build";

let hub: HubDouble;
let home: TestFramework;
let host: TestFramework;
let agreement: string;

async function only<T>(rows: Promise<T[]>): Promise<T> {
  const [row] = await rows;
  if (!row) throw new Error("one row was expected");
  return row;
}

beforeAll(async () => {
  hub = await aHubDouble();
  home = await aFramework("home", hub, inject("pgAdminUrl"));
  host = await aFramework("host", hub, inject("pgAdminUrl"));
  await introduce(home, host);
  const app = await publish(host, await packJoin());
  agreement = await agree(host, app.name);
  await submitAndEnd(home, { steps: { only: { app, agreement, with: { word: "over" } } } });
  await until("the host was told", async () => (await only(host.db.select().from(hostedRuns))).state === "ACKED");
  await until("its proxy has ended", async () =>
    (await home.db.select().from(executions)).every(({ state }) => state === "ENDED"),
  );
});

afterAll(async () => {
  await home.drop();
  await host.drop();
  await hub.close();
});

const hosted = (db: Db) => only(db.select().from(hostedRuns));
const remote = (db: Db) => only(db.select().from(remoteAttempts));
const run = (db: Db) => only(db.select().from(runs));
const step = (db: Db) => only(db.select().from(stepRuns));

/** An app that was released, put back into the queue. */
async function queueAgain(db: Db): Promise<void> {
  const isHosted = eq(executions.kind, "hosted");
  await db.update(executions).set({ state: "RUNNING" }).where(isHosted);
  const execution = await only(db.select().from(executions).where(isHosted));
  await putDownExecution(db, execution, { state: "QUEUED" }, new Date());
}

type Work = (db: Db) => Promise<unknown>;

test.each<[string, "home" | "host", Work]>([
  ["a run that succeeded goes on", "home", async (db) => updateRun(db, (await run(db)).id, { state: "RUNNING" })],
  ["a step that succeeded goes on", "home", async (db) => updateStep(db, await step(db), { state: "RUNNING" })],
  ["a step that succeeded is tried again", "home", async (db) => reopenStep(db, await step(db), { state: "READY" })],
  [
    "a remote attempt that ended runs",
    "home",
    async (db) => updateRemoteAttempt(db, await remote(db), { state: "FETCHING" }),
  ],
  ["a hosted run that ended runs", "host", async (db) => updateHostedRun(db, await hosted(db), { state: "RUNNING" })],
  ["an outcome changes", "host", async (db) => updateHostedRun(db, await hosted(db), { outcome: "FAILED" })],
  ["an app that was released waits again", "host", queueAgain],
  ["an active agreement is only approved", "host", (db) => updateAgreement(db, agreement, { state: "APPROVED" })],
])("%s: refused as a bug, and its transaction changes nothing", async (_forbidden, at, work) => {
  const { db } = at === "home" ? home : host;
  const everything = async () => [
    await db.select().from(runs),
    await db.select().from(stepRuns),
    await db.select().from(remoteAttempts),
    await db.select().from(hostedRuns),
    await db.select({ state: executions.state }).from(executions),
  ];
  const before = await everything();
  await expect(db.transaction(work)).rejects.toThrow(TypeError);
  expect(await everything()).toEqual(before);
});
