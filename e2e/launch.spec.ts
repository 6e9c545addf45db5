import { type ChildProcess, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { readProcesses } from "#server/launch/supervision/processes-file";
import { sendSignal } from "#server/launch/supervision/signals";
import { waitUntil } from "#server/launch/wait-until";
import { isAlive } from "../server/launch/bootstrap/process-identity.js";
import { openBrowser } from "./setup/browser";
import { demoPassword, type HousePlace, newPlace, type RunningHouse, removePlace, startHouse } from "./setup/house";

let place: HousePlace;

beforeAll(async () => {
  place = await newPlace("krdc 이야기 ");
});

afterAll(() => removePlace(place));

/** Processes of this machine that were started for a home, whoever their parent is now. */
function processesOf({ home }: HousePlace): string[] {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .map((pid) => `${pid} ${read(`/proc/${pid}/cmdline`)} ${read(`/proc/${pid}/environ`)}`)
    .filter((text) => text.includes(home));
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid) sendSignal(-pid, signal);
}

async function nothingIsLeft(): Promise<void> {
  await waitUntil(() => (processesOf(place).length === 0 ? true : undefined), { timeoutMs: 2_000 });
  expect(processesOf(place)).toEqual([]);
}

describe("npm start is ended from outside, and nothing is left running", () => {
  test.each<{ given: string; end: (house: RunningHouse) => void }>([
    { given: "SIGTERM to npm's own pid", end: ({ npm }) => npm.kill("SIGTERM") },
    { given: "SIGINT to the group, as Ctrl-C does", end: ({ npm }) => signalGroup(npm, "SIGINT") },
    {
      given: "SIGTERM to the group, twice in a row",
      end({ npm }) {
        signalGroup(npm, "SIGTERM");
        signalGroup(npm, "SIGTERM");
      },
    },
  ])("$given", async ({ end }) => {
    const house = await startHouse(place);
    const begin = performance.now();
    end(house);
    await house.ended;
    expect(performance.now() - begin).toBeLessThan(10_000);
    await nothingIsLeft();
  });
});

test("after kill -9 of everything the next start is ready again on the same ports", async () => {
  const killed = await startHouse(place);
  const before = readProcesses(place.home);
  signalGroup(killed.npm, "SIGKILL");
  for (const { pid } of before) sendSignal(pid, "SIGKILL");
  await killed.ended;
  const house = await startHouse(place);
  const ports = (list: typeof before) => list.map(({ name, port }) => `${name} ${port}`).sort();
  expect(ports(readProcesses(place.home))).toEqual(ports(before));
  expect(readProcesses(place.home).every(isAlive)).toBe(true);
  await house.end();
  await nothingIsLeft();
});

test("two homes run side by side from one checkout, and the second start builds nothing", async () => {
  const begin = performance.now();
  const house = await startHouse(place);
  expect(performance.now() - begin).toBeLessThan(30_000);
  const both = [house.url, inject("house").url];
  for (const url of both) expect((await fetch(`${url}/api/health`)).status).toBe(200);
  await house.end();
});

test("a second start on the same home is refused in one line", async () => {
  const shared = inject("house");
  const env = { ...process.env, KRDC_HOME: shared.home, PORT: String(shared.port) };
  const second = spawnSync("npm", ["start", "--silent"], { env, encoding: "utf8" });
  expect(second.status).toBe(1);
  expect(second.stderr).toContain("is already running");
});

test.skipIf(!inject("chromium"))("a researcher signs in on the embedded page with the keyboard alone", async () => {
  const { url, password } = inject("house");
  expect(password).toBe(demoPassword({ ...inject("house"), root: process.cwd() }));
  const { context, close } = await openBrowser(inject("chromium"));
  try {
    const page = await context.newPage();
    await page.goto(`${url}/sign-in`);
    await page
      .getByRole("button", { name: /로그인/ })
      .first()
      .click();
    await page
      .getByRole("radio", { name: /researcher\b/ })
      .first()
      .waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL((address) => address.href.startsWith(url));
    expect((await context.cookies(url)).some(({ name }) => name.startsWith("krdc-session-"))).toBe(true);
  } finally {
    await close();
  }
});
