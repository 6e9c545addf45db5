import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import type { HubContext } from "../context";
import { aCluster, aContext, aHub, aMember, anApp, type Clock, type TestCluster } from "../hub.build";
import { getApp } from "./get-app";
import { listApps } from "./list-apps";
import { publishListing } from "./publish-listing";
import { resolveApps } from "./resolve-apps";

let database: { db: Db; drop: () => Promise<void> };
let ctx: HubContext;
let bio: TestCluster;
const clock: Clock = { now: new Date("2026-01-01T00:00:00Z") };

const average = anApp({
  cluster: "bio",
  name: "moving-average",
  title: { ko: "이동 평균", en: "Moving average" },
  summary: { ko: "시계열의 추세를 구합니다", en: "Finds the trend of a series" },
  field: "climate",
});
const compound = anApp({
  cluster: "materials",
  name: "phase",
  title: { ko: "상변태온도계산기", en: "Phase transition" },
  access: { remote: "on-request", download: "closed" },
});
const closed = anApp({
  cluster: "materials",
  name: "secret",
  title: { ko: "100% 비공개", en: "Private_app" },
  access: { remote: "closed", download: "closed" },
});

beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  const hub = await aHub();
  const place = { ...database, hub, clock };
  bio = await aCluster(place, "bio", "http://127.0.0.1:21");
  const materials = await aCluster(place, "materials", "http://127.0.0.1:22");
  await publishListing(await bio.context(), average);
  await publishListing(await materials.context(), compound);
  await publishListing(await materials.context(), closed);
  ctx = aContext(database.db, hub, clock, await aMember(database.db, "researcher"));
});
afterAll(() => database.drop());

describe("people find apps by what they would write", () => {
  test.each([
    { given: "평균", want: ["moving-average"] },
    { given: "이동 평균", want: ["moving-average"] },
    { given: "이동평균", want: ["moving-average"] },
    { given: "변태", want: ["phase"] },
    { given: "온도", want: ["phase"] },
    { given: "평", want: ["moving-average"] },
    { given: "MOVING", want: ["moving-average"] },
    { given: "이동 평균".normalize("NFD"), want: ["moving-average"] },
    { given: "trend 평균", want: ["moving-average"] },
    { given: "평균 변태", want: [] },
    { given: "0%", want: ["secret"] },
    { given: "%", want: ["secret"] },
    { given: "_a", want: ["secret"] },
    { given: "없는말", want: [] },
    { given: "'; drop table listings; --", want: [] },
  ])("$given -> $want", async ({ given, want }) => {
    const { items, total } = await listApps(ctx, { q: given });
    expect(items.map(({ name }) => name)).toEqual(want);
    expect(total).toBe(want.length);
  });
});

test("the found words are marked as they stand in the text", async () => {
  const { items } = await listApps(ctx, { q: "moving 평균" });
  expect(items[0]?.highlights).toEqual(["Moving", "평균"]);
});

test("a card says what the reader may do and shows no invented numbers", async () => {
  const { items, facets } = await listApps(ctx, {});
  const permissions = Object.fromEntries(items.map((card) => [card.name, card.permission]));
  expect(permissions).toEqual({ "moving-average": "open", phase: "request", secret: "closed" });
  expect(items.every(({ usage }) => usage === null)).toBe(true);
  expect(facets.clusters).toEqual([
    { value: "materials", count: 2 },
    { value: "bio", count: 1 },
  ]);
  expect((await listApps(ctx, { runnableNow: true })).items.map(({ name }) => name)).toEqual(["moving-average"]);
});

test("pages follow each other without a gap", async () => {
  const first = await listApps(ctx, { limit: 2 });
  const second = await listApps(ctx, { limit: 2, cursor: first.next });
  expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(["moving-average", "phase", "secret"]);
  expect(second.next).toBeNull();
  await expect(listApps(ctx, { cursor: "nonsense" })).rejects.toMatchObject({ reason: "request.bad_cursor" });
});

test("a published version never changes, and the newest is what an unpinned name means", async () => {
  await publishListing(await bio.context(), average);
  const other = { ...average, digest: `sha256:${"b".repeat(64)}` };
  await expect(publishListing(await bio.context(), other)).rejects.toMatchObject({ reason: "app.version_taken" });
  await expect(publishListing(await bio.context(), compound)).rejects.toMatchObject({ reason: "app.other_cluster" });
  clock.now = new Date(clock.now.getTime() + 1000);
  await publishListing(await bio.context(), { ...other, version: "1.1.0" });
  const wanted = [
    "bio/moving-average",
    "bio/moving-average@1.0.0",
    `bio/moving-average@${average.digest}`,
    "bio/moving-average@9",
  ];
  const { apps, missing } = await resolveApps(ctx.db, wanted);
  expect(wanted.map((ref) => apps.get(ref)?.version)).toEqual(["1.1.0", "1.0.0", "1.0.0", undefined]);
  expect(missing).toEqual(["bio/moving-average@9"]);
  const page = await getApp(ctx, { cluster: "bio", name: "moving-average" });
  expect(page.versions.map(({ version }) => version)).toEqual(["1.1.0", "1.0.0"]);
  await expect(getApp(ctx, { cluster: "bio", name: "nothing" })).rejects.toMatchObject({ kind: "not_found" });
});
