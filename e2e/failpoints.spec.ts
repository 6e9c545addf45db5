import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type Failpoint, failpoints } from "#server/failpoint";
import { isRunOver, type RunState } from "#server/protocol/states";
import { Person, stepOf, until } from "./setup/command-line";
import { registerApp, samplesLoaded, writeWorkflow } from "./setup/sample-apps";

const folder = mkdtempSync(join(tmpdir(), "krdc 멈춤 "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const house = inject("house");
let researcher: Person;
let count = "";
let stories = 0;

beforeAll(async () => {
  await samplesLoaded(house);
  count = await registerApp(house, "bio", "count-start");
  researcher = await Person.as(house, "researcher");
});

const armed = (point: string) => join(house.home, "failpoints", point);
const wasHit = (point: Failpoint) => existsSync(armed(`${point}.hit`));

/** A remote step that reads a file of its own and notes each start in a journal of its own. */
function countStarts(seconds: number) {
  stories += 1;
  const journal = join(folder, `장부 ${stories}`);
  const data = join(folder, `자료 ${stories}.txt`);
  writeFileSync(data, `이야기 ${stories}\n`);
  const file = writeWorkflow(folder, `story ${stories}`, {
    inputs: { data: { type: "file" } },
    steps: { count: { app: count, with: { journal, seconds, input: { from: "inputs.data" } } } },
    outputs: { seen: { from: "count.out" } },
  });
  const starts = () => (existsSync(journal) ? readFileSync(journal, "utf8").trim().split("\n").length : 0);
  return { file, starts, files: [["data", data]] as [string, string][] };
}

async function everythingHolds(): Promise<void> {
  const said = await until(
    "an answer of everybody",
    async () => {
      const answer = await researcher.krdc("check");
      return answer.err.includes("unavailable") ? undefined : answer;
    },
    60_000,
  );
  expect({ code: said.code, out: said.out }).toEqual({ code: 0, out: "Everything holds.\n" });
}

/** The service comes back by itself; whoever was refused meanwhile asks again. */
async function submitted(story: ReturnType<typeof countStarts>): Promise<string> {
  const submission = { home: "materials", files: story.files };
  return until(
    "a run that was taken in",
    async () => {
      const said = await researcher.trySubmit(story.file, submission);
      return said.code === 0 ? (JSON.parse(said.out) as { id: string }).id : undefined;
    },
    60_000,
  );
}

const ofStory = (wanted: RegExp) => failpoints.filter((point) => wanted.test(point));
const cancelling = ofStory(/\.cancel\./);
const revoking = ofStory(/\.revoke\./);
const submitting = ofStory(/^hub\.submit\./);
const running = failpoints.filter((point) => ![...cancelling, ...revoking, ...submitting].includes(point));

test("every failpoint belongs to one story", () => {
  expect([...running, ...cancelling, ...revoking, ...submitting].sort()).toEqual([...failpoints].sort());
});

describe("whoever dies where, a remote step is started once and ends right", () => {
  test.each(running)("%s", async (point) => {
    const story = countStarts(0.3);
    writeFileSync(armed(point), "");
    const view = await researcher.untilOver(await submitted(story), 120_000);
    expect(wasHit(point)).toBe(true);
    expect(stepOf(view, "count")).toMatchObject({ state: "SUCCEEDED", attempt: 1, end: "SUCCEEDED" });
    expect(story.starts()).toBe(1);
    await everythingHolds();
  });
});

type Row = { id: string; state: RunState };

async function rowsAt<T>(path: string): Promise<T[]> {
  const answer = await researcher.get(path);
  return ((await answer.json()) as { items: T[] }).items;
}

describe("a submission that was not answered is either taken in whole or not at all", () => {
  test.each(submitting)("%s", async (point) => {
    const story = countStarts(0.1);
    writeFileSync(armed(point), "");
    const before = new Set((await rowsAt<Row>("/api/v1/runs")).map(({ id }) => id));
    await submitted(story);
    expect(wasHit(point)).toBe(true);
    const made = await until(
      "all of them to be over",
      async () => {
        const rows = (await rowsAt<Row>("/api/v1/runs")).filter(({ id }) => !before.has(id));
        return rows.every(({ state }) => isRunOver(state)) ? rows : undefined;
      },
      120_000,
    );
    const whole = made.filter(({ state }) => state === "SUCCEEDED");
    expect(whole.length).toBeGreaterThanOrEqual(1);
    expect(story.starts()).toBe(whole.length);
    await everythingHolds();
  });
});

describe("whoever dies where, a cancelled step ends at its host and nothing of it is left", () => {
  test.each(cancelling)("%s", async (point) => {
    const story = countStarts(60);
    const id = await submitted(story);
    await researcher.until(
      id,
      "the app to run",
      (seen) => stepOf(seen, "count").state === "REMOTE_RUNNING" && story.starts() === 1,
    );
    writeFileSync(armed(point), "");
    // Whoever dies may take the command's answer along; asking again changes nothing.
    await until("the cancel was heard", async () =>
      (await researcher.krdc("run", "cancel", id)).code === 0 ? true : undefined,
    );
    const view = await researcher.untilOver(id, 60_000);
    expect(wasHit(point)).toBe(true);
    expect(stepOf(view, "count")).toMatchObject({ state: "CANCELLED", attempt: 1 });
    expect(story.starts()).toBe(1);
    await everythingHolds();
  });
});

describe("whoever dies where, a revoked agreement ends what runs and is acknowledged", () => {
  test.each(revoking)("%s", async (point) => {
    const story = countStarts(60);
    const id = await submitted(story);
    const before = await researcher.until(
      id,
      "the app to run",
      (seen) => stepOf(seen, "count").state === "REMOTE_RUNNING" && story.starts() === 1,
    );
    const agreement = stepOf(before, "count").proxy?.agreementId ?? "";
    writeFileSync(armed(point), "");
    await researcher.krdc("agreement", "revoke", agreement);
    const stateOf = async () =>
      (await rowsAt<{ id: string; state: string }>("/api/v1/agreements")).find(({ id: one }) => one === agreement)
        ?.state;
    await until(
      "REVOKED",
      async () => {
        const state = await stateOf().catch(() => undefined);
        if (state === "ACTIVE") await researcher.krdc("agreement", "revoke", agreement);
        return state === "REVOKED" ? true : undefined;
      },
      60_000,
    );
    expect(wasHit(point)).toBe(true);
    const view = await researcher.untilOver(id);
    expect(stepOf(view, "count")).toMatchObject({ end: "REVOKED", attempt: 1 });
    expect(story.starts()).toBe(1);
    await everythingHolds();
  });
});
