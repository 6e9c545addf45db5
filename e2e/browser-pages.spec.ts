import { join } from "node:path";
import type { Page } from "playwright";
import { afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { Person } from "./setup/command-line";
import { samples, samplesLoaded } from "./setup/sample-apps";
import { Visitor } from "./setup/visitor";

const house = inject("house");
const chromium = inject("chromium");
const WIDTHS = [1440, 390] as const;
let visitor: Visitor | undefined;
let places: Record<string, readonly string[]>;

/** What everybody's pages are, and what only the rooms of a role show; one run and one workflow stand for all. */
beforeAll(async () => {
  await samplesLoaded(house);
  const researcher = await Person.as(house, "researcher");
  const file: [string, string] = ["table", join(samples, "data/co2-mauna-loa.csv")];
  const run = await researcher.submit(join(samples, "workflows/co2-trend.json"), { home: "materials", files: [file] });
  await researcher.untilOver(run);
  const workflows = (await (await researcher.get("/api/v1/workflows")).json()) as { items: { id: string }[] };
  places = {
    nobody: ["/", "/sign-in", "/sign-in?error=AccessDenied"],
    researcher: [
      ...["/market", "/market?q=평균", "/market?q=zzzz", "/market/bio/moving-average", "/market/bio/align"],
      ...["/workflows", "/runs", "/runs?state=FAILED", "/agreements", "/settings", "/apps", "/clusters"],
      ...[`/runs/${run}`, ...workflows.items.slice(0, 1).map(({ id }) => `/workflows/${id}`)],
    ],
    provider: ["/apps"],
    "operator-bio": ["/clusters", "/agreements"],
    admin: ["/clusters", "/agreements", "/settings"],
  };
});

afterEach(async () => {
  await visitor?.close();
  visitor = undefined;
});

/** Runs in the page: what is wrong with it for people who see it narrow, or do not see it at all. */
const faultsOfPage = (): string[] => {
  const nameOf = (element: Element) => {
    const labelled = (element.getAttribute("aria-labelledby") ?? "")
      .split(" ")
      .map((id) => document.getElementById(id));
    const own = [element.getAttribute("aria-label"), element.textContent, element.getAttribute("title")];
    return [...own, ...labelled.map((one) => one?.textContent)].join("").trim();
  };
  const isShown = (element: Element) => element.getClientRects().length > 0;
  const shown = (selector: string) => [...document.querySelectorAll(selector)].filter(isShown);
  const start = (element: Element) => element.outerHTML.slice(0, 140);
  const isLabelled = (field: Element) => ((field as HTMLInputElement).labels?.length ?? 0) > 0 || nameOf(field) !== "";
  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  const levels = shown("h1, h2, h3, h4, h5").map(({ tagName }) => Number(tagName[1]));
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  return [
    ...(wide > 0 ? [`${wide} px wider than the window`] : []),
    ...(shown("h1").length === 1 ? [] : [`${shown("h1").length} h1`]),
    ...(document.querySelectorAll("main").length === 1 ? [] : ["not exactly one main"]),
    ...(document.title ? [] : ["no title"]),
    ...levels.flatMap((level, at) => (level > (levels[at - 1] ?? level) + 1 ? [`a heading skips to h${level}`] : [])),
    ...shown("button, a[href], summary, [role=button], [role=tab]")
      .filter((one) => nameOf(one) === "")
      .map(start),
    ...shown("input:not([type=hidden]), select, textarea")
      .filter((one) => !isLabelled(one))
      .map(start),
    ...shown("img:not([alt])").map(start),
    ...shown("[tabindex]")
      .filter((one) => Number(one.getAttribute("tabindex")) > 0)
      .map(start),
    ...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `id ${id} twice`),
  ];
};

/** While a page streams in, its parts may be hidden, or stand there twice, for a moment; for good they may not. */
const hasCome = () => {
  const [heading, ...others] = document.querySelectorAll("h1");
  const isShown = heading !== undefined && heading.getClientRects().length > 0;
  return isShown && others.length === 0 && document.querySelectorAll(".react-flow").length <= 1;
};

async function faultsAt(page: Page, path: string, width: number): Promise<string[]> {
  await page.setViewportSize({ width, height: 900 });
  await page.goto(house.url + path);
  await page.waitForFunction(hasCome);
  if (/^\/(runs|workflows)\/./.test(path)) await page.locator(".react-flow__node").first().waitFor();
  return page.evaluate(faultsOfPage);
}

describe.skipIf(!chromium)(
  "every page, wide and narrow, fits its window, has one heading, and names what can be used",
  () => {
    test.each([
      { account: "nobody", locale: "ko-KR" },
      { account: "nobody", locale: "en-US" },
      { account: "researcher", locale: "ko-KR" },
      { account: "researcher", locale: "en-US" },
      { account: "provider", locale: "ko-KR" },
      { account: "operator-bio", locale: "ko-KR" },
      { account: "admin", locale: "en-US" },
    ] as const)("$account, $locale; the browser complains about nothing", async ({ account, locale }) => {
      visitor = await Visitor.open(chromium, locale);
      const { page, complaints } = visitor;
      if (account !== "nobody") await visitor.signIn(house, account, "/market");
      const faults: Record<string, string[]> = {};
      const visits = WIDTHS.flatMap((width) => (places[account] ?? []).map((path) => ({ width, path })));
      for (const { width, path } of visits) {
        const found = await faultsAt(page, path, width);
        if (found.length > 0) faults[`${path} at ${width}`] = found;
        expect(await page.evaluate(() => document.documentElement.lang)).toBe(locale.slice(0, 2));
      }
      expect(faults).toEqual({});
      expect(complaints).toEqual([]);
    });
  },
);

describe.skipIf(!chromium)("around the rooms", () => {
  test("who was not signed in lands where they wanted to go, with its query, and nowhere else than here", async () => {
    visitor = await Visitor.open(chromium);
    const { page } = visitor;
    await page.goto(`${house.url}/market?q=평균`);
    const { searchParams, pathname } = new URL(page.url());
    expect([pathname, searchParams.get("from")]).toEqual(["/sign-in", `/market?q=${encodeURIComponent("평균")}`]);
    await visitor.signIn(house, "researcher", searchParams.get("from") ?? "");
    await page.getByRole("heading", { name: "이동 평균" }).waitFor();
    await page.goto(`${house.url}/sign-in?from=${encodeURIComponent("https://example.org/")}`);
    expect(new URL(page.url()).origin).toBe(house.url);
    expect(visitor.complaints).toEqual([]);
  });

  test("language and brightness are switched at the top and remembered; ⌘K finds an app; sign-out ends the session", async () => {
    visitor = await Visitor.signIn(chromium, house, "researcher");
    const { page } = visitor;
    await page.getByRole("button", { name: "언어" }).click();
    await page.getByRole("menuitemcheckbox", { name: "English" }).click();
    await page.getByRole("searchbox", { name: "Search apps" }).waitFor();
    await page.getByRole("button", { name: "Brightness" }).click();
    await page.getByRole("menuitemcheckbox", { name: "dark" }).click();
    await expect
      .poll(() =>
        page
          .context()
          .cookies()
          .then((all) => all.some(({ value }) => value === "dark")),
      )
      .toBe(true);
    await page.reload();
    const root = () => page.evaluate(() => [document.documentElement.lang, document.documentElement.dataset.theme]);
    expect(await root()).toEqual(["en", "dark"]);

    await page.keyboard.press("Control+K");
    await page.getByRole("dialog").getByRole("combobox").fill("smooth");
    await page
      .getByRole("option", { name: /Moving average/ })
      .first()
      .waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/market\/bio\/moving-average/);

    await page.getByRole("button", { name: /My account/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.waitForURL(`${house.url}/`);
    await page.goto(`${house.url}/runs`);
    expect(new URL(page.url()).pathname).toBe("/sign-in");
    expect(visitor.complaints).toEqual([]);
  });

  test.each([
    { path: "/nowhere", heading: "그런 쪽이 없습니다" },
    { path: "/market/bio/none", heading: "그런 쪽이 없습니다" },
    { path: "/runs/00000000-0000-4000-8000-000000000000", heading: "그런 쪽이 없습니다" },
    { path: "/workflows/not-an-id", heading: "그런 쪽이 없습니다" },
  ])("$path says that there is nothing, and where to go from there", async ({ path, heading }) => {
    visitor = await Visitor.signIn(chromium, house, "researcher");
    const { page } = visitor;
    await page.goto(house.url + path);
    await page.getByRole("heading", { level: 1, name: heading }).waitFor();
    expect(await page.evaluate(faultsOfPage)).toEqual([]);
    await page.getByRole("link", { name: "앱 마켓으로" }).click();
    await page.waitForURL(/\/market$/);
  });
});
