import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { chooseFreePort } from "#server/launch/ports";
import { bundlesOf, type HandMade, type Invitation, startByHand } from "./setup/by-hand";
import { Person, until } from "./setup/command-line";
import { demoPassword, type HousePlace, newPlace, type RunningHouse, removePlace, startHouse } from "./setup/house";
import { serviceOf } from "./setup/processes";
import { registerApp, samplesLoaded, writeWorkflow } from "./setup/sample-apps";
import { Visitor } from "./setup/visitor";

const shared = inject("house");
const chromium = inject("chromium");
const folder = mkdtempSync(join(tmpdir(), "krdc 셋째 "));
let place: HousePlace;
let house: RunningHouse;
let admin: Person;
const handMade: HandMade[] = [];

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
  for (const { process: one } of handMade) one.kill("SIGTERM");
  await house?.end();
  if (place) removePlace(place);
  rmSync(folder, { recursive: true, force: true });
});

type Row = { name: string; state: string };
const stateOf = async (cluster: string) =>
  (await admin.json<{ items: Row[] }>("cluster", "list")).items.find(({ name }) => name === cluster)?.state;
const becomes = (cluster: string, state: string) =>
  until(`${cluster} ${state}`, async () => ((await stateOf(cluster)) === state ? true : undefined), 60_000);

async function begin(invitation: Invitation, name: string, theirs: Record<string, string>): Promise<HandMade> {
  const own = join(folder, name);
  mkdirSync(own);
  const made = await startByHand(place, invitation, own, theirs);
  handMade.push(made);
  return made;
}

describe.skipIf(!chromium)("a third framework joins by hand", () => {
  test("with the printed token it waits to be let in; a wrong fingerprint is refused, the right one and the hub's word let it in", async () => {
    const names = ["--title-ko", "셋째", "--title-en", "Third"];
    const invitation = await admin.json<Invitation>("cluster", "invite", "third", ...names);
    const port = String(await chooseFreePort([]));
    const address = { FRAMEWORK_PORT: port, FRAMEWORK_URL: `http://127.0.0.1:${port}` };
    const third = await begin(invitation, "third", address);
    await becomes("third", "PENDING");
    const who = await Visitor.signIn(chromium, { url: house.url, password: demoPassword(place) }, "admin", {
      from: "/clusters",
    });
    const { page } = who;
    const groups = third.fingerprint();
    expect(await page.content()).not.toContain(groups.slice(-2).join(""));
    const field = page.getByLabel(/마지막 두 묶음/);
    await field.fill("0000 0000");
    await page.getByRole("button", { name: "승인", exact: true }).click();
    await page.getByText("지문이 다릅니다.").first().waitFor();
    expect(await stateOf("third")).toBe("PENDING");
    await field.fill(groups.slice(-2).join(" "));
    await page.getByRole("button", { name: "승인", exact: true }).click();
    await page.getByRole("button", { name: "허브 운영자로 승인" }).click();
    await becomes("third", "ACTIVE");
    expect(listening(third.process.pid ?? 0)).toBe(1);
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

/** How many sockets of these processes listen on a network. */
function listening(pid: number): number {
  const own = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      return [];
    }
  });
  const lines = ["tcp", "tcp6"].flatMap((table) => readFileSync(`/proc/${pid}/net/${table}`, "utf8").split("\n"));
  const open = lines.map((line) => line.trim().split(/\s+/)).filter((words) => words[3] === "0A");
  return open.filter((words) => own.includes(words[9] ?? "")).length;
}

/** Each operator pins the other's key with the owner's command; nobody dials the one that opens no socket. */
async function acceptEachOther(inside: HandMade): Promise<void> {
  const listed = await admin.json<{ items: { name: string; gateway: string }[] }>("cluster", "list");
  const gateway = listed.items.find(({ name }) => name === "materials")?.gateway ?? "";
  const environ = readFileSync(`/proc/${serviceOf(place.home, "materials").pid}/environ`, "utf8").split("\0");
  const env: NodeJS.ProcessEnv = {
    NODE_ENV: "production",
    ...Object.fromEntries(environ.map((entry) => entry.split(/=(.*)/s) as [string, string])),
  };
  const program = join(bundlesOf(place), "framework.mjs");
  const theirs = (...words: string[]) =>
    execFileSync(process.execPath, [program, ...words], { env, stdio: "pipe", encoding: "utf8" });
  const card = join(folder, "inside.json");
  writeFileSync(card, inside.own("identity"));
  theirs("accept-peer", card, "--fingerprint", inside.fingerprint().join(" "));
  const fingerprint = readFileSync(join(env.FRAMEWORK_HOME ?? "", "fingerprint"), "utf8").trim();
  inside.own("accept-peer", gateway, "--fingerprint", fingerprint);
}

describe.skipIf(!chromium)("scenario 12: a framework that opens no socket", () => {
  test("joins, takes an upload, and is home to a run whose step is elsewhere", async () => {
    const invitation = await admin.json<Invitation>("cluster", "invite", "inside");
    const inside = await begin(invitation, "inside", { FRAMEWORK_LISTEN: "off" });
    await becomes("inside", "PENDING");
    await admin.krdc("cluster", "approve", "inside", "--fingerprint", inside.fingerprint().slice(-2).join(" "));
    await admin.krdc("cluster", "approve", "inside");
    await becomes("inside", "ACTIVE");
    expect(listening(inside.process.pid ?? 0)).toBe(0);
    await acceptEachOther(inside);

    const app = await registerApp(place, "materials", "journal", {
      from: join(import.meta.dirname, "setup/journal-app"),
    });
    const journal = join(folder, "journal");
    const text = "위에서 아래로\n".repeat(200_000);
    writeFileSync(join(folder, "입력.txt"), text);
    const file = writeWorkflow(folder, "inside-out", {
      inputs: { input: { type: "file" } },
      steps: { count: { app, with: { journal, input: { from: "inputs.input" } } } },
      outputs: { counted: { from: "count.out" } },
    });
    const researcher = await Person.as(place, "researcher");
    const run = await researcher.json<{ id: string; state: string }>(
      ...["run", "submit", file, "--home", "inside", "--file", `input=${join(folder, "입력.txt")}`, "--wait"],
    );
    expect(run.state).toBe("SUCCEEDED");
    const view = await researcher.json<{ home: string; steps: object[] }>("run", "show", run.id);
    expect(view).toMatchObject({ home: "inside", steps: [{ cluster: "materials", placement: "remote", attempt: 1 }] });
    expect((await researcher.krdc("run", "logs", run.id)).out).toContain("started");
    await researcher.krdc("run", "fetch", run.id, "--to", join(folder, "fetched"));
    expect(readdirSync(join(folder, "fetched/counted"))).toHaveLength(1);
    expect(readFileSync(journal, "utf8").trim().split("\n")).toHaveLength(1);
  });

  test("is served by the portal when somebody cancels", async () => {
    const journal = join(folder, "cancelled");
    const steps = { count: { app: "materials/journal@1.0.0", with: { journal, seconds: 600 } } };
    const researcher = await Person.as(place, "researcher");
    const file = writeWorkflow(folder, "long", { steps });
    const { id } = await researcher.json<{ id: string }>("run", "submit", file, "--home", "inside");
    const stateNow = async () =>
      (await researcher.json<{ steps: { state: string }[] }>("run", "show", id)).steps[0]?.state;
    await until("it runs there", async () => ((await stateNow()) === "REMOTE_RUNNING" ? true : undefined), 60_000);
    await researcher.krdc("run", "cancel", id);
    await until("it has ended", async () => ((await stateNow()) === "CANCELLED" ? true : undefined), 60_000);
  });
});
