import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { readProcesses } from "#server/launch/supervision/processes-file";
import { sendSignal } from "#server/launch/supervision/signals";
import { Person, stepOf, until, type Where } from "./setup/command-line";
import { type HousePlace, newPlace, type RunningHouse, removePlace, startHouse } from "./setup/house";
import { serviceOf, type Task, tasksOf, tasksOfStep } from "./setup/processes";
import { registerApp, samplesLoaded, writeWorkflow } from "./setup/sample-apps";

const folder = mkdtempSync(join(tmpdir(), "krdc 고장 "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shared = inject("house");
let count = "";
let echo = "";
let stories = 0;

async function openHouse(where: Where): Promise<Person> {
  count = await registerApp(where, "bio", "count-start");
  await registerApp(where, "materials", "count-start");
  echo = await registerApp(where, "materials", "echo-arguments");
  return Person.as(where, "researcher");
}

type Story = { path: string; starts: () => string[]; startsHere: () => string[] };

/** A remote step that notes its start in a journal, a local one beside it that does so too if asked, one that waits for the first. */
function countStarts({
  seconds,
  attempts = 1,
  here = false,
}: {
  seconds: number;
  attempts?: number;
  here?: boolean;
}): Story {
  stories += 1;
  const number = stories;
  const journal = (name: string) => join(folder, `${name} ${number}`);
  const lines = (path: string) => (existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : []);
  const retry = { attempts };
  // It begins earlier than the remote one and must still run when that one is in its middle.
  const values = { journal: journal("여기"), seconds: seconds + 8 };
  const local = { app: count.replace("bio/", "materials/"), with: values, retry };
  const path = writeWorkflow(folder, `story ${number}`, {
    steps: {
      count: { app: count, with: { journal: journal("거기"), seconds }, retry },
      ...(here ? { here: local } : {}),
      after: { app: echo, with: { file: { from: "count.out" } } },
    },
    outputs: { seen: { from: "after.out" } },
  });
  return { path, starts: () => lines(journal("거기")), startsHere: () => lines(journal("여기")) };
}

const attemptOf = (run: string) => ({ home: "materials", run, step: "count" });

/** The step is in its middle: the app has noted its start, and the home cluster knows that it runs. */
async function inTheMiddle(person: Person, run: string, { starts }: Story): Promise<{ app: Task; proxy: Task }> {
  await person.until(run, "the app to run in the other cluster", (view) => {
    return stepOf(view, "count").state === "REMOTE_RUNNING" && starts().length === 1;
  });
  const { apps, proxies } = tasksOfStep(person.where.home, attemptOf(run));
  const [[app], [proxy]] = [apps, proxies];
  if (!app || !proxy) throw new Error("no app or no proxy in the middle of a remote step");
  return { app, proxy };
}

async function everythingHolds(person: Person): Promise<void> {
  const said = await person.krdc("check");
  expect({ code: said.code, out: said.out }).toEqual({ code: 0, out: "Everything holds.\n" });
}

type Middle = { app: Task; proxy: Task };

describe("kill -9 in the middle of a remote step: the run ends right and its app was started once", () => {
  let researcher: Person;

  beforeAll(async () => {
    await samplesLoaded(shared);
    researcher = await openHouse(shared);
  });

  const service = (name: string) => () => [serviceOf(shared.home, name).pid];
  test.each<{ victim: string; pids: (middle: Middle) => number[] }>([
    { victim: "portal", pids: service("portal") },
    { victim: "home framework", pids: service("materials") },
    { victim: "host framework", pids: service("bio") },
    { victim: "both frameworks", pids: () => [...service("materials")(), ...service("bio")()] },
    { victim: "Postgres", pids: service("postgres") },
    { victim: "proxy", pids: ({ proxy }) => [proxy.pid] },
    { victim: "proxy's supervisor", pids: ({ proxy }) => [proxy.ppid] },
  ])("of $victim", async ({ pids }) => {
    const story = countStarts({ seconds: 4 });
    const { id, ended } = await researcher.submitAndWait(story.path, { home: "materials" });
    const middle = await inTheMiddle(researcher, id, story);
    for (const pid of pids(middle)) sendSignal(pid, "SIGKILL");
    const said = await ended;
    expect(said.code, said.err).toBe(0);
    const view = await researcher.untilOver(id);
    expect(stepOf(view, "count")).toMatchObject({ state: "SUCCEEDED", attempt: 1, end: "SUCCEEDED" });
    expect(story.starts()).toEqual([expect.stringMatching(`^${middle.app.pid} `)]);
    await everythingHolds(researcher);
  });

  test("of the app's own supervisor: the attempt is LOST_ON_HOST, and the retry policy starts exactly one more", async () => {
    const story = countStarts({ seconds: 3, attempts: 2 });
    const { id, ended } = await researcher.submitAndWait(story.path, { home: "materials" });
    const { app } = await inTheMiddle(researcher, id, story);
    sendSignal(app.ppid, "SIGKILL");
    const again = await researcher.until(id, "a second attempt", (view) => stepOf(view, "count").attempt === 2);
    expect(stepOf(again, "count").state).not.toBe("FAILED");
    const said = await ended;
    expect(said.code, said.err).toBe(0);
    expect(story.starts()).toHaveLength(2);
    await everythingHolds(researcher);
  });

  test("of both frameworks again and again under twelve remote steps: each is started once", async () => {
    const journal = join(folder, "많이");
    const path = writeWorkflow(folder, "many", {
      inputs: { seconds: { type: "number[]" } },
      steps: { count: { app: count, with: { journal, seconds: { from: "inputs.seconds" } }, scatter: ["seconds"] } },
    });
    const seconds = Array.from({ length: 12 }, (_, at) => at / 8);
    const { id, ended } = await researcher.submitAndWait(path, { home: "materials", set: { seconds } });
    const starts = () => (existsSync(journal) ? readFileSync(journal, "utf8").trim().split("\n").length : 0);
    for (const [started, name] of [
      [1, "bio"],
      [4, "materials"],
      [8, "bio"],
    ] as const) {
      await until(`${started} starts`, () => (starts() >= started ? true : undefined));
      sendSignal(serviceOf(shared.home, name).pid, "SIGKILL");
    }
    const said = await ended;
    expect(said.code, said.err).toBe(0);
    expect((await researcher.untilOver(id)).steps.every(({ attempt }) => attempt === 1)).toBe(true);
    expect(starts()).toBe(12);
    await everythingHolds(researcher);
  });
});

describe("a house that ends as a whole goes on with its runs at the next npm start", () => {
  let place: HousePlace;
  let house: RunningHouse;
  let researcher: Person;

  beforeAll(async () => {
    await samplesLoaded(shared);
    place = await newPlace("krdc 고장 집 ");
    // What stands here counts as loaded: these stories need none of the sample apps.
    cpSync(join(shared.home, "samples.json"), join(place.home, "samples.json"));
    house = await startHouse(place);
    researcher = await openHouse(place);
  });
  afterAll(async () => {
    await house?.end();
    removePlace(place);
  });

  test("kill -9 of everything, launcher included: an app that lived on is adopted, one that died with it is LOST_ON_HOST", async () => {
    const [surviving, dying] = [countStarts({ seconds: 12 }), countStarts({ seconds: 4, attempts: 2 })];
    const runs = [];
    for (const story of [surviving, dying]) {
      const run = await researcher.submitAndWait(story.path, { home: "materials" });
      runs.push({ ...run, ...(await inTheMiddle(researcher, run.id, story)) });
    }
    if (house.npm.pid) sendSignal(-house.npm.pid, "SIGKILL");
    const services = readProcesses(place.home).map(({ pid }) => pid);
    for (const pid of [...services, runs[1]?.app.ppid ?? 0]) sendSignal(pid, "SIGKILL");
    await house.ended;
    house = await startHouse(place);
    for (const { ended } of runs) expect(await ended).toMatchObject({ code: 0 });
    expect(surviving.starts()).toEqual([expect.stringMatching(`^${runs[0]?.app.pid} `)]);
    expect(dying.starts()).toHaveLength(2);
    const view = await researcher.untilOver(runs[1]?.id ?? "");
    expect(stepOf(view, "count")).toMatchObject({ state: "SUCCEEDED", attempt: 2 });
    await everythingHolds(researcher);
  });

  test("SIGTERM: running apps end INTERRUPTED, nothing is left, and each runs as a new attempt that no retry policy counts", async () => {
    const story = countStarts({ seconds: 4, here: true });
    const { id, ended } = await researcher.submitAndWait(story.path, { home: "materials" });
    await inTheMiddle(researcher, id, story);
    await until("the local app", () => (story.startsHere().length === 1 ? true : undefined));
    await house.end("SIGTERM");
    expect(tasksOf(place.home)).toEqual([]);
    expect([story.starts().length, story.startsHere().length]).toEqual([1, 1]);
    house = await startHouse(place);
    const said = await ended;
    expect(said.code, said.err).toBe(0);
    const view = await researcher.untilOver(id);
    for (const step of ["count", "here"]) expect(stepOf(view, step)).toMatchObject({ state: "SUCCEEDED", attempt: 2 });
    expect([story.starts().length, story.startsHere().length]).toEqual([2, 2]);
    await everythingHolds(researcher);
  });
});
