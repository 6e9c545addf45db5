import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { Person, stepOf, until } from "./setup/command-line";
import { registerApp, samplesLoaded, writeWorkflow } from "./setup/sample-apps";
import { Visitor } from "./setup/visitor";

const folder = mkdtempSync(join(tmpdir(), "krdc 주인 "));
const house = inject("house");
const chromium = inject("chromium");
let member: Person;
let app = "";
let door = "";
let owner: Visitor;
let reader: Visitor;

beforeAll(async () => {
  if (!chromium) return;
  await samplesLoaded(house);
  app = await registerApp(house, "bio", "sleep-long", {
    name: "sleep-asked",
    remote: "on-request",
    durationSeconds: 60,
  });
  member = await Person.as(house, "researcher2");
  const clusters = await member.json<{ items: { name: string; gateway: string }[] }>("cluster", "list");
  door = clusters.items.find(({ name }) => name === "bio")?.gateway ?? "";
  owner = await Visitor.open(chromium);
  reader = await Visitor.signIn(chromium, house, "researcher2", { from: "/agreements" });
});
afterAll(async () => {
  await owner?.close();
  await reader?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** At the framework's own issuer, as the operator of this cluster. */
async function confirmAsOperator({ page }: Visitor): Promise<void> {
  await page.getByRole("radio", { name: /operator-bio\b/ }).check();
  await page.locator("input[type=password]").fill(house.password);
  await page.locator("button[type=submit]").click();
}

type Row = { id: string; app: string; state: string; used: { runs: number }; budget: { runs: number | null } };
async function agreement(id: string): Promise<Row | undefined> {
  const answer = await member.get("/api/v1/agreements");
  return ((await answer.json()) as { items: Row[] }).items.find((row) => row.id === id);
}

describe.skipIf(!chromium)("an owner decides at the framework's own door", () => {
  let id = "";

  test("a member of another organization asks, and the owner allows less than was asked after signing in anew for exactly that", async () => {
    const name = app.split("@")[0] ?? "";
    const asked = await member.json<{ id: string; state: string }>(
      ...["access", "request", name, "--days", "30", "--runs", "20", "--purpose", "오래 자는 비교"],
    );
    id = asked.id;
    expect(asked.state).toBe("REQUESTED");
    const { page } = owner;
    await page.goto(`${door}/operator/sign-in?to=/operator`);
    await confirmAsOperator(owner);
    await page.getByText("오래 자는 비교").waitFor();
    await page.goto(`${door}/operator/agreements/${id}`);
    await page.locator("input[name=runs]").fill("2");
    await page.getByRole("button", { name: "승인할 내용 보기" }).click();
    await page.getByRole("heading", { name: "이대로 결정할까요?" }).waitFor();
    expect((await agreement(id))?.state).toBe("REQUESTED");
    await page
      .getByRole("button", { name: "로그인하고 결정" })
      .or(page.getByRole("link", { name: "로그인하고 결정" }))
      .click();
    await confirmAsOperator(owner);
    await page.getByText("유효").first().waitFor();
    const row = await until("the hub's signature", async () => {
      const found = await agreement(id);
      return found?.state === "ACTIVE" ? found : undefined;
    });
    expect(row.budget.runs).toBe(2);
  });

  test("the run starts and spends, the owner revokes it while it runs, and both pages show it within seconds", async () => {
    const file = writeWorkflow(folder, "asked", { steps: { only: { app, with: { seconds: 50 } } } });
    const run = await member.submit(file, { home: "materials" });
    await member.until(run, "the app to run", (view) => stepOf(view, "only").state === "REMOTE_RUNNING");
    await until("one run spent", async () => ((await agreement(id))?.used.runs === 1 ? true : undefined));
    const { page } = owner;
    await page.goto(`${door}/operator/agreements/${id}`);
    await page.locator("#facts").getByText("1", { exact: true }).waitFor();
    await reader.page.reload();
    await reader.page.getByText("오래 자는 비교").first().waitFor();
    await page.getByRole("button", { name: "철회" }).click();
    const revokedAt = Date.now();
    const view = await member.untilOver(run);
    expect(stepOf(view, "only")).toMatchObject({ end: "REVOKED" });
    await page.locator("#facts").getByText("철회됨").waitFor();
    await until("REVOKED at the hub", async () => ((await agreement(id))?.state === "REVOKED" ? true : undefined));
    await reader.page.getByText("철회됨").first().waitFor();
    expect(Date.now() - revokedAt).toBeLessThan(15_000);
    const refused = await member.trySubmit(file, { home: "materials" });
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/^agreement\./);
  });

  test("neither page complained of anything", () => {
    expect([...owner.complaints, ...reader.complaints]).toEqual([]);
  });
});
