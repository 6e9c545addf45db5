import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { agreements } from "#drizzle/hub/schema/agreements";
import { runs } from "#drizzle/hub/schema/runs";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import { agreementsAnswer, runsAnswer } from "#server/protocol/set-back";
import { requestAgreement } from "../agreements/request-agreement";
import { aGateway, type GatewayDouble } from "../gateways/gateway.build";
import { aCluster, aContext, aHub, aMember, anApp, type TestCluster } from "../hub.build";
import { publishListing } from "../market/publish-listing";
import { getRun } from "../runs/get-run";
import { recordSummaries } from "../runs/record-summaries";
import { listAgreementsOfHost } from "./list-agreements-of-host";
import { listRunsOfHome } from "./list-runs-of-home";

let database: { db: Db; drop: () => Promise<void> };
let hub: Awaited<ReturnType<typeof aHub>>;
let gateway: GatewayDouble;
let bio: TestCluster;
let materials: TestCluster;
const clock = { now: new Date("2026-03-01T09:00:00Z") };
const since = new Date("2026-03-01T08:00:00Z").toISOString();

beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  hub = await aHub();
  gateway = await aGateway();
  const place = { ...database, hub, clock };
  bio = await aCluster(place, "bio", gateway.url);
  materials = await aCluster(place, "materials", "http://127.0.0.1:31");
  gateway.signWith(bio.key);
  gateway.onRequest.add("guarded");
  const guarded = anApp({ cluster: "bio", name: "guarded", access: { remote: "on-request", download: "closed" } });
  await publishListing(await bio.context(), guarded);
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

test("a host that was set back reads its own agreements, and what waits for its owner is delivered again", async () => {
  const member = aContext(database.db, hub, clock, await aMember(database.db, "asking"));
  const { id } = await requestAgreement(member, { app: "bio/guarded", days: 30, purpose: "x" });
  await database.db.update(agreements).set({ deliveredAt: clock.now }).where(eq(agreements.id, id));
  const told = agreementsAnswer.parse(await listAgreementsOfHost(await bio.context(), { since, after: null }));
  expect(told.agreements).toMatchObject([{ id, state: "REQUESTED", isSuspendedByOwner: false, hostSignature: null }]);
  const [row] = await database.db.select().from(agreements).where(eq(agreements.id, id));
  expect(row?.deliveredAt).toBeNull();
  expect((await listAgreementsOfHost(await bio.context(), { since, after: id })).agreements).toEqual([]);
  expect((await listAgreementsOfHost(await materials.context(), { since, after: null })).agreements).toEqual([]);
});

test("a home that was set back reads which runs it had, and one that it lost is told as lost", async () => {
  const member = await aMember(database.db, "running");
  const aRun = async (home: string, state: typeof runs.$inferInsert.state, createdAt: string) => {
    const id = randomUUID();
    const about = { title: { ko: "실행", en: "Run" }, workflowDigest: "0", clusters: [home], apps: [], stepsTotal: 2 };
    await database.db
      .insert(runs)
      .values({ id, home, state, memberId: member.id, seq: 7, createdAt: new Date(createdAt), ...about });
    return id;
  };
  const [recent, old] = ["2026-03-01T08:30:00Z", "2026-02-01T08:30:00Z"];
  const ended = await aRun("bio", "SUCCEEDED", recent);
  const running = await aRun("bio", "RUNNING", old);
  for (const state of ["SUBMITTING", "REFUSED"] as const) await aRun("bio", state, recent);
  await aRun("bio", "SUCCEEDED", old);
  await aRun("materials", "RUNNING", recent);
  const told = runsAnswer.parse(await listRunsOfHome(await bio.context(), { since, after: null }));
  expect(told.runs).toEqual([ended, running].sort().map((id) => ({ id, seq: 7, stepsTotal: 2 })));
  const summary = { id: ended, seq: 8, state: "FAILED" as const, reason: "run.lost_in_restore", startedAt: null };
  const lost = { ...summary, endedAt: clock.now.toISOString(), stepsDone: 0, stepsTotal: 2 };
  expect(await recordSummaries(await materials.context(), { summaries: [lost] })).toEqual({ accepted: 0 });
  expect(await recordSummaries(await bio.context(), { summaries: [lost] })).toEqual({ accepted: 1 });
  const ctx = aContext(database.db, hub, clock, member);
  await expect(getRun(ctx, { id: ended })).rejects.toMatchObject({ kind: "gone", reason: "run.lost_in_restore" });
});
