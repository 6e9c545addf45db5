import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import { checkHub } from "../checks/check-hub";
import type { HubContext } from "../context";
import { aCluster, aContext, aHub, aMember, anApp, type Clock } from "../hub.build";
import { findAnything } from "../market/find-anything";
import { publishListing } from "../market/publish-listing";
import { createWorkflow } from "./create-workflow";
import { deleteWorkflow } from "./delete-workflow";
import { getWorkflow, getWorkflowVersion } from "./get-workflow";
import { listTemplates } from "./list-templates";
import { listWorkflows } from "./list-workflows";
import { publishWorkflow } from "./publish-workflow";
import { saveDraft } from "./save-draft";

let database: { db: Db; drop: () => Promise<void> };
let ctx: HubContext;
let other: HubContext;
let provider: HubContext;
const clock: Clock = { now: new Date() };
const draft = (window: unknown = 3) => ({
  schema: "krdc.workflow/v1",
  title: { ko: "이동 평균 추세", en: "Trend" },
  inputs: { table: { type: "file" } },
  steps: { trend: { app: "bio/trend", with: { input: { from: "inputs.table" }, window } } },
  outputs: { result: { from: "trend.out" } },
});

beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  const hub = await aHub();
  const bio = await aCluster({ ...database, hub, clock }, "bio", "http://127.0.0.1:51");
  await publishListing(await bio.context(), anApp({ cluster: "bio", name: "trend" }));
  const as = async (name: string, roles?: string[]) =>
    aContext(database.db, hub, clock, await aMember(database.db, name, roles));
  [ctx, other, provider] = await Promise.all([as("researcher"), as("researcher2"), as("provider", ["provider:bio"])]);
});
afterAll(() => database.drop());

test("a draft is saved over the revision that was read, never over another", async () => {
  const { id, revision } = await createWorkflow(ctx, { workflow: draft() });
  const saved = await saveDraft(ctx, { id, document: draft(5), revision });
  expect(saved).toEqual({ revision: revision + 1 });
  await expect(saveDraft(ctx, { id, document: draft(7), revision })).rejects.toMatchObject({
    reason: "workflow.conflict",
    detail: { revision: revision + 1 },
  });
  const racing = [1, 2, 3, 4].map((window) => saveDraft(ctx, { id, document: draft(window), revision: revision + 1 }));
  const results = await Promise.allSettled(racing);
  expect(results.filter((one) => one.status === "fulfilled")).toHaveLength(1);
});

test("publishing pins the apps, gives a version once, and tells every problem of a draft that cannot run", async () => {
  const { id } = await createWorkflow(ctx, { workflow: draft() });
  const first = await publishWorkflow(ctx, { id });
  expect(await publishWorkflow(ctx, { id })).toEqual(first);
  const pinned = await getWorkflowVersion(ctx, { id, version: 1 });
  expect(pinned.document.steps.trend?.app).toBe("bio/trend@1.0.0");
  await saveDraft(ctx, { id, document: draft("many"), revision: 1 });
  await expect(publishWorkflow(ctx, { id })).rejects.toMatchObject({ reason: "workflow.invalid" });
  expect((await getWorkflow(ctx, { id })).versions.map(({ version }) => version)).toEqual([1]);
});

test("others' workflows are not found; templates are read by all and edited by their owner", async () => {
  const { id } = await createWorkflow(ctx, { workflow: draft() });
  await expect(getWorkflow(other, { id })).rejects.toMatchObject({ kind: "not_found" });
  await expect(saveDraft(other, { id, document: draft(), revision: 1 })).rejects.toMatchObject({ kind: "not_found" });
  await expect(deleteWorkflow(other, { id })).rejects.toMatchObject({ kind: "not_found" });
  await expect(createWorkflow(ctx, { workflow: draft(), template: true })).rejects.toMatchObject({ kind: "forbidden" });
  const template = await createWorkflow(provider, { workflow: draft(), template: true });
  expect(await getWorkflow(other, template)).toMatchObject({ mayEdit: false });
  expect((await listTemplates(other)).items).toHaveLength(1);
  await expect(saveDraft(other, { ...template, document: draft() })).rejects.toMatchObject({
    reason: "workflow.read_only",
  });
});

test("lists are searched in Korean and paged without a gap", async () => {
  const all = await listWorkflows(ctx, { q: "평균" });
  const pages = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listWorkflows>> = await listWorkflows(ctx, { q: "평균", cursor, limit: 2 });
    pages.push(...page.items);
    cursor = page.next;
  } while (cursor);
  expect(pages.map(({ id }) => id)).toEqual(all.items.map(({ id }) => id));
  expect((await listWorkflows(ctx, { q: "없음" })).items).toEqual([]);
});

test("the find of the top bar looks into apps, workflows and runs", async () => {
  const found = await findAnything(ctx, { q: "tre" });
  expect(found.apps).toEqual([{ cluster: "bio", name: "trend", title: { ko: "trend", en: "trend" } }]);
  expect(found.workflows.length).toBeGreaterThan(0);
  expect(await findAnything(ctx, { q: "  " })).toEqual({ apps: [], workflows: [], runs: [] });
});

test("a hub that only did its work breaks no invariant", async () => {
  expect(await checkHub(database.db, clock.now)).toEqual({ broken: [], settled: true });
});
