import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { Person } from "./setup/command-line";
import { samples, samplesLoaded } from "./setup/sample-apps";
import { Visitor } from "./setup/visitor";

const house = inject("house");
const chromium = inject("chromium");
const folder = mkdtempSync(join(tmpdir(), "krdc 그림 "));
let researcher: Person;
let visitor: Visitor | undefined;
/** The run of the first story; another user must not see it. */
let runAddress = "";

beforeAll(async () => {
  await samplesLoaded(house);
  researcher = await Person.as(house, "researcher");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(async () => {
  const { complaints = [] } = visitor ?? {};
  await visitor?.close();
  visitor = undefined;
  expect(complaints, "the browser complained").toEqual([]);
});

async function signIn(account = "researcher", wish: Parameters<typeof Visitor.signIn>[3] = {}): Promise<Visitor> {
  visitor = await Visitor.signIn(chromium, house, account, wish);
  return visitor;
}

/** Runs a built program of the house with its own python, as a person would by hand. */
async function byHand(cluster: string, app: string, words: string[]): Promise<void> {
  const found = await researcher.json<{ app: { digest: string } }>("market", "show", `${cluster}/${app}`);
  const image = join(house.home, "frameworks", cluster, "images", found.app.digest.replace("sha256:", ""));
  const scratch = mkdtempSync(join(folder, "scratch-"));
  const env = { PATH: "/usr/bin:/bin", LANG: "C.UTF-8", PYTHONDONTWRITEBYTECODE: "1", HOME: scratch };
  execFileSync(join(image, "venv/bin/python3"), ["main.py", ...words], {
    cwd: join(image, "app"),
    env: { NODE_ENV: "production", MPLCONFIGDIR: scratch, ...env },
    stdio: "pipe",
  });
}

async function plotByHand(): Promise<Buffer> {
  const at = (name: string) => join(folder, "hand", name);
  mkdirSync(join(folder, "hand"), { recursive: true });
  const table = join(samples, "data/co2-mauna-loa.csv");
  await byHand("materials", "csv-clean", ["--input", table, "--numeric", "co2", "--out", at("clean.csv")]);
  const smooth = ["--input", at("clean.csv"), "--column", "co2", "--window", "52", "--out", at("smooth.csv")];
  await byHand("bio", "moving-average", smooth);
  const plot = ["--input", at("smooth.csv"), "--x", "date", "--y", "co2", "smooth", "--image", at("plot.png")];
  await byHand("materials", "plot", plot);
  return readFileSync(at("plot.png"));
}

/** Remembers every state that a node of the canvas shows, for as long as the page is not loaded anew. */
const rememberStates = () => {
  const seen: Record<string, string[]> = {};
  Object.assign(window, { seenStates: seen });
  new MutationObserver(() => {
    for (const node of document.querySelectorAll<HTMLElement>(".react-flow__node-step")) {
      const state = node.querySelector("[title] .sr-only")?.textContent ?? "";
      const id = node.dataset.id ?? "";
      const states = seen[id] ?? [];
      if (state && states.at(-1) !== state) seen[id] = [...states, state];
    }
  }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
};
const statesSeen = (page: Page) =>
  page.evaluate(() => (window as unknown as { seenStates?: Record<string, string[]> }).seenStates);

const panelOf = (page: Page) => page.getByRole("complementary", { name: /고른 것의 설정|Settings of what is chosen/ });
const fieldOf = (page: Page, parameter: string): Locator => panelOf(page).locator(`[data-parameter="${parameter}"]`);

async function addRows(field: Locator, values: string[]): Promise<void> {
  for (const [at, value] of values.entries()) {
    const row = field.getByRole("textbox").nth(at);
    if ((await row.count()) === 0) await field.getByRole("button", { name: /하나 더하기/ }).click();
    await row.fill(value);
  }
}

const choose = (who: Visitor, id: string) => who.step(id).click({ position: { x: 90, y: 16 } });

async function addFromPalette(page: Page, text: string, title: string): Promise<void> {
  await page.getByRole("searchbox", { name: /^(앱 찾기|Find an app)$/ }).fill(text);
  await page.getByRole("button", { name: new RegExp(`^${title}`) }).click();
}

async function drawSteps(who: Visitor): Promise<void> {
  const { page } = who;
  await page.goto(`${house.url}/workflows`);
  await page.getByRole("button", { name: "새 워크플로우" }).click();
  await page.waitForURL(/\/workflows\/[0-9a-f-]{36}$/);
  await addFromPalette(page, "정리", "표 정리");
  await who.handle("csv_clean", "out").waitFor();
  await addFromPalette(page, "평균", "이동 평균");
  await who.drawLink(who.handle("csv_clean", "out"), who.handle("moving_average", "input"));
  await page.locator(".react-flow__edge").waitFor({ state: "attached" });
  await addFromPalette(page, "그래프", "그래프 그리기");
  await who.handle("plot", "input").waitFor();
}

async function fillSettings(who: Visitor): Promise<void> {
  const { page } = who;
  await choose(who, "csv_clean");
  await addRows(fieldOf(page, "numeric"), ["co2"]);
  await fieldOf(page, "input").getByRole("combobox").selectOption({ label: "새 워크플로우 입력에서" });
  await choose(who, "moving_average");
  await fieldOf(page, "column").getByRole("textbox").fill("co2");
  await fieldOf(page, "window").getByRole("textbox").fill("52");
  await choose(who, "plot");
  await fieldOf(page, "x").getByRole("textbox").fill("date");
  await addRows(fieldOf(page, "y"), ["co2", "smooth"]);
  await panelOf(page).getByRole("button", { name: "그림을(를) 워크플로우 결과로" }).click();
}

describe.skipIf(!chromium)("a researcher at the browser", () => {
  test("finds an app by two syllables, draws steps of two clusters, is told why a link is wrong, runs, watches live, and downloads the plot that the programs make by hand", async () => {
    const who = await signIn();
    const { page } = who;
    await page.getByRole("searchbox", { name: "앱 찾기" }).fill("평균");
    await page.getByRole("button", { name: "찾기", exact: true }).click();
    await page.waitForURL(/q=/);
    await page.getByRole("heading", { name: "이동 평균" }).waitFor();

    await drawSteps(who);
    await who.holdOver(who.handle("csv_clean", "rows_kept"), who.handle("plot", "input"));
    const reason = /integer|정수|파일|file/;
    await page.getByRole("alert").filter({ hasText: "연결할 수 없습니다." }).filter({ hasText: reason }).waitFor();
    await page.mouse.up();
    await page.getByRole("region", { name: /알림/ }).getByText(reason).waitFor();
    expect(await page.locator(".react-flow__edge").count()).toBe(1);
    await who.drawLink(who.handle("plot", "image"), who.handle("csv_clean", "input"));
    await page
      .getByRole("region", { name: /알림/ })
      .getByText(/image\/png/)
      .waitFor();
    await who.drawLink(who.handle("moving_average", "out"), who.handle("plot", "input"));

    await fillSettings(who);
    await page.getByRole("heading", { name: "문제 없음" }).waitFor();
    await page.getByRole("button", { name: "게시", exact: true }).click();
    await page.getByRole("button", { name: "게시하기" }).click();
    await page.getByText("버전 1을 게시했습니다.").first().waitFor();

    await page.evaluate(rememberStates);
    await page.getByRole("button", { name: "실행", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await expect.poll(() => dialog.getByLabel("집 클러스터").inputValue()).toBe("materials");
    await dialog.getByRole("button", { name: "예제 자료" }).click();
    await page.getByRole("menuitem", { name: /마우나로아/ }).click();
    await dialog.getByText("co2-mauna-loa.csv").waitFor();
    await dialog.getByRole("button", { name: "실행 시작" }).click();
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}$/);
    runAddress = new URL(page.url()).pathname;

    await page.getByRole("status").getByText("성공").first().waitFor({ timeout: 60_000 });
    const states = (await statesSeen(page)) ?? {};
    for (const id of ["csv_clean", "moving_average", "plot"]) expect(states[id]?.at(-1), id).toBe("성공");
    for (const id of ["moving_average", "plot"]) expect(states[id]?.length, `${id} on its way`).toBeGreaterThan(1);
    expect(await who.step("moving_average").textContent()).toContain("바이오·원격");
    expect(await who.step("csv_clean").textContent()).not.toContain("원격");

    await page.getByRole("tab", { name: "결과" }).click();
    const image = page.getByRole("img", { name: "image.png" });
    await expect.poll(() => image.evaluate((one: HTMLImageElement) => one.naturalWidth)).toBeGreaterThan(400);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "image.png", exact: true }).last().click(),
    ]);
    const path = join(folder, "downloaded.png");
    await download.saveAs(path);
    expect(readFileSync(path).equals(await plotByHand()), "the downloaded plot differs from the one by hand").toBe(
      true,
    );
  });

  test("runs the same from an example in English, in the dark, with the other cluster as home, which is remembered", async () => {
    const who = await signIn("researcher", { locale: "en-US", from: "/workflows" });
    const { page } = who;
    await page.getByRole("button", { name: "Brightness" }).click();
    await page.getByRole("menuitemcheckbox", { name: "dark" }).click();
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
    const example = page
      .locator("li, article, div")
      .filter({ has: page.getByRole("heading", { name: "CO2 trend at Mauna Loa" }) });
    await example.last().getByRole("button", { name: "Copy and open" }).click();
    await page.waitForURL(/\/workflows\/[0-9a-f-]{36}$/);
    await who.step("clean").waitFor();
    await page.getByRole("button", { name: "Run", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await expect.poll(() => dialog.getByLabel("Home cluster").inputValue()).toBe("materials");
    await dialog.getByLabel("Home cluster").selectOption("bio");
    await page.reload();
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await expect.poll(() => dialog.getByLabel("Home cluster").inputValue()).toBe("bio");
    await dialog.getByRole("button", { name: "Sample data" }).click();
    await page.getByRole("menuitem", { name: /Mauna Loa/ }).click();
    await dialog.getByText("co2-mauna-loa.csv").waitFor();
    await dialog.getByRole("button", { name: "Start the run" }).click();
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}$/);
    await page.getByRole("status").getByText("succeeded").first().waitFor({ timeout: 60_000 });
    for (const [id, isRemote] of Object.entries({ clean: true, smooth: false, figure: true, trend: true })) {
      expect((await who.step(id).textContent())?.includes("remote"), id).toBe(isRemote);
    }
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe("dark");
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("en");
  });

  test("sees all wrong parameters at once, at their fields and in the list, and a press in the list leads to the field", async () => {
    const who = await signIn("researcher", { from: "/workflows" });
    const { page } = who;
    await page.getByRole("button", { name: "새 워크플로우" }).click();
    await addFromPalette(page, "평균", "이동 평균");
    await fieldOf(page, "window").getByRole("textbox").fill("0");
    const list = page.getByRole("region", { name: "문제" });
    await list.getByRole("heading", { name: "문제 3개" }).waitFor();
    await expect.poll(() => panelOf(page).locator("[aria-invalid=true]").count()).toBe(3);
    for (const parameter of ["input", "column", "window"]) {
      const told = await fieldOf(page, parameter).getByRole("list").getByRole("listitem").allTextContents();
      expect(told.length, parameter).toBe(1);
      await list.getByRole("button", { name: told[0] ?? "" }).waitFor();
    }
    await page.getByTitle("이름 바꾸기").click();
    await list.getByRole("button", { name: /1 이상이어야 합니다/ }).click();
    const focused = () =>
      page.evaluate(() => document.activeElement?.closest<HTMLElement>("[data-parameter]")?.dataset.parameter);
    await expect.poll(focused).toBe("window");
  });

  test("is told at the node that permission is missing, asks for it there, and finds the request among the agreements", async () => {
    const who = await signIn("researcher2", { from: "/workflows" });
    const { page } = who;
    await page.getByRole("button", { name: "새 워크플로우" }).click();
    await addFromPalette(page, "격자", "격자면 간격");
    await addFromPalette(page, "평균", "이동 평균");
    await page.getByRole("button", { name: "실행", exact: true }).click();
    await page.getByRole("dialog").getByLabel("집 클러스터").selectOption("bio");
    await page.getByRole("button", { name: "나중에" }).click();
    await who.step("lattice_spacing").getByText("권한 필요").first().waitFor();
    await page.getByRole("region", { name: "문제" }).getByRole("button", { name: "여기서 권한 요청" }).click();
    const dialog = page.getByRole("dialog");
    const purpose = "규소 격자면을 확인하려고 합니다.";
    await dialog.getByLabel(/무엇에 쓰려고/).fill(purpose);
    await dialog.getByRole("button", { name: "요청 보내기" }).click();
    await page.getByText("요청을 보냈습니다.").first().waitFor();
    await page.getByRole("link", { name: "요청함 · 승인 대기" }).waitFor();
    await page.getByRole("link", { name: "이용 협약" }).first().click();
    const row = page.getByRole("row").filter({ hasText: "격자면 간격" }).filter({ hasText: "승인 대기" });
    await row.waitFor();
    expect(await row.textContent()).toContain(purpose);
  });

  test("of another organization sees nothing of somebody's run", async () => {
    expect(runAddress, "the first story ran").not.toBe("");
    const who = await signIn("researcher2", { from: "/runs" });
    const { page } = who;
    expect(await page.locator(`a[href="${runAddress}"]`).count()).toBe(0);
    await page.goto(house.url + runAddress);
    await page.getByRole("heading", { level: 1, name: "그런 쪽이 없습니다" }).waitFor();
    expect(await page.locator(".react-flow").count()).toBe(0);
    const answer = await page.request.get(`${house.url}/api/v1${runAddress}`);
    expect(answer.status()).toBe(404);
  });

  test("draws, links and runs with the keyboard alone", async () => {
    const who = await signIn("researcher", { from: "/workflows" });
    const { page } = who;
    const { keyboard } = page;
    await page.getByRole("button", { name: "새 워크플로우" }).press("Enter");
    await page.waitForURL(/\/workflows\/[0-9a-f-]{36}$/);
    const search = page.getByRole("searchbox", { name: "앱 찾기" });
    const add = async (text: string, title: string, id: string) => {
      await search.focus();
      await keyboard.press("Control+A");
      await keyboard.type(text);
      await page.getByRole("button", { name: new RegExp(`^${title}`) }).waitFor();
      await expect
        .poll(() => page.getByRole("complementary", { name: "앱 추가" }).getByRole("listitem").count())
        .toBe(1);
      await keyboard.press("Enter");
      await who.step(id).waitFor();
    };
    await add("분말 X선", "분말 X선 회절", "powder_diffraction");
    await fieldOf(page, "structure").getByRole("combobox").focus();
    await keyboard.press("End");
    await keyboard.press("Enter");
    await add("이동 평균", "이동 평균", "moving_average");
    const from = fieldOf(page, "input").getByRole("combobox");
    await from.focus();
    await keyboard.press("ArrowDown");
    await expect.poll(() => from.inputValue()).toBe("powder_diffraction.out");
    await fieldOf(page, "column").getByRole("textbox").focus();
    await keyboard.type("intensity");
    await fieldOf(page, "window").getByRole("textbox").focus();
    await keyboard.type("3");
    await page.getByRole("heading", { name: "문제 없음" }).waitFor();
    await page.getByRole("button", { name: "실행", exact: true }).press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "예제 자료" }).press("Enter");
    await page.getByRole("menuitem", { name: /암염/ }).press("Enter");
    await dialog.getByText("halite.json").waitFor();
    await dialog.getByRole("button", { name: "실행 시작" }).press("Enter");
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}$/);
    await page.getByRole("status").getByText("성공").first().waitFor({ timeout: 60_000 });
  });
});
