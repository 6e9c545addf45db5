import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { chooseFreePort } from "#server/launch/ports";
import { Person, until } from "./setup/command-line";
import { freshDatabase } from "./setup/fresh-database";
import { demoPassword, type HousePlace, newPlace, type RunningHouse, removePlace, startHouse } from "./setup/house";
import { serviceOf } from "./setup/processes";
import { samplesLoaded } from "./setup/sample-apps";
import { Visitor } from "./setup/visitor";

const shared = inject("house");
const chromium = inject("chromium");
const folder = mkdtempSync(join(tmpdir(), "krdc 셋째 "));
let place: HousePlace;
let house: RunningHouse;
let admin: Person;
let third: ChildProcess | undefined;

beforeAll(async () => {
  if (!chromium) return;
  await samplesLoaded(shared);
  place = await newPlace("krdc 참여 집 ");
  // What stands here counts as loaded: this story needs none of the sample apps.
  cpSync(join(shared.home, "samples.json"), join(place.home, "samples.json"));
  house = await startHouse(place, { KRDC_ALLOW_NETWORKS: "127.0.0.0/8" });
  admin = await Person.as(place, "admin");
});
afterAll(async () => {
  third?.kill("SIGTERM");
  await house?.end();
  if (place) removePlace(place);
  rmSync(folder, { recursive: true, force: true });
});

/** The programs that this house runs. */
function bundles(): string {
  const words = readFileSync(`/proc/${serviceOf(place.home, "materials").pid}/cmdline`, "utf8").split("\0");
  return dirname(words.find((word) => word.endsWith("framework.mjs")) ?? "");
}

function adminUrl(): string {
  const { postgresAdmin } = JSON.parse(readFileSync(join(place.home, "keys/passwords.json"), "utf8"));
  const { port } = JSON.parse(readFileSync(join(place.home, "processes.json"), "utf8")).children.find(
    ({ name }: { name: string }) => name === "postgres",
  );
  return `postgres://krdc_admin:${postgresAdmin}@127.0.0.1:${port}/postgres`;
}

type Invitation = { joinToken: string; start: { environment: Record<string, string>; commands: string[] } };

/** As an operator does it: fills in what is theirs and runs the printed commands. */
async function startByHand({ start }: Invitation): Promise<void> {
  const port = await chooseFreePort([]);
  const key = join(folder, "operator.json");
  execFileSync(process.execPath, [join(bundles(), "framework.mjs"), "make-key", key], { stdio: "pipe" });
  const own = {
    FRAMEWORK_DATABASE_URL: (await freshDatabase(adminUrl())).url,
    FRAMEWORK_HOME: join(folder, "home"),
    FRAMEWORK_PORT: String(port),
    FRAMEWORK_URL: `http://127.0.0.1:${port}`,
    FRAMEWORK_OPERATOR_KEY_FILE: join(folder, "operator.pub.json"),
    KRDC_BUILD: bundles(),
  };
  const { PATH = "", HOME = "" } = process.env;
  const env: NodeJS.ProcessEnv = { PATH, HOME, NODE_ENV: "production", ...start.environment, ...own };
  const [last = "", ...before] = [...start.commands].reverse();
  third = spawn("sh", ["-ec", [...before.reverse(), `exec ${last}`].join("\n")], { env, stdio: "ignore" });
}

type Row = { name: string; state: string };
const stateOfThird = async () =>
  (await admin.json<{ items: Row[] }>("cluster", "list")).items.find(({ name }) => name === "third")?.state;

describe.skipIf(!chromium)("a third framework joins by hand", () => {
  test("with the printed token it waits to be let in; a wrong fingerprint is refused, the right one and the hub's word let it in", async () => {
    const names = ["--title-ko", "셋째", "--title-en", "Third"];
    const invitation = await admin.json<Invitation>("cluster", "invite", "third", ...names);
    await startByHand(invitation);
    await until("its enrolment", async () => ((await stateOfThird()) === "PENDING" ? true : undefined), 60_000);
    const who = await Visitor.signIn(chromium, { url: house.url, password: demoPassword(place) }, "admin", {
      from: "/clusters",
    });
    const { page } = who;
    const groups = readFileSync(join(folder, "home/fingerprint"), "utf8").trim().split(" · ");
    expect(await page.content()).not.toContain(groups.slice(-2).join(""));
    const field = page.getByLabel(/마지막 두 묶음/);
    await field.fill("0000 0000");
    await page.getByRole("button", { name: "승인", exact: true }).click();
    await page.getByText("지문이 다릅니다.").first().waitFor();
    expect(await stateOfThird()).toBe("PENDING");
    await field.fill(groups.slice(-2).join(" "));
    await page.getByRole("button", { name: "승인", exact: true }).click();
    await page.getByRole("button", { name: "허브 운영자로 승인" }).click();
    await until("ACTIVE", async () => ((await stateOfThird()) === "ACTIVE" ? true : undefined));
    // The refused fingerprint is the one thing that the browser's console tells of.
    expect(who.complaints.filter((text) => !text.includes("403"))).toEqual([]);
    await who.close();
  });

  test("a token opens once", async () => {
    const said = await admin.krdc("cluster", "invite", "third");
    expect(said.code).toBe(1);
    expect(said.err).toMatch(/^cluster\.already_enrolled/);
  });
});
