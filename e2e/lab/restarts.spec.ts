import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { sendSignal } from "#server/launch/supervision/signals";
import { until } from "../setup/command-line";
import { randomFrom, seedOf, soak, someLost } from "../setup/faults";
import { directions } from "../setup/lab";
import { LabStories, type Story } from "../setup/lab-stories";
import { tasksOf } from "../setup/processes";

let stories: LabStories;

beforeAll(async () => {
  stories = await LabStories.open();
});
afterAll(() => stories?.close());
afterEach(async () => {
  stories?.lab.healAll();
  await stories?.everythingHolds();
});

/** Does one thing after another, each begun `everyMs` after the one before or when that is done, until it is over. */
async function inRhythm(everyMs: number, isOver: () => boolean, work: () => Promise<unknown>): Promise<number> {
  let count = 0;
  while (!isOver()) {
    const next = performance.now() + everyMs;
    await work();
    count += 1;
    await until("the next turn", () => (performance.now() >= next || isOver() ? true : undefined), everyMs + 1000);
  }
  return count;
}

async function restartPostgres(): Promise<void> {
  await stories.lab.takeDown("postgres");
  await stories.lab.bringUp("postgres");
}

test("R2: while Postgres is restarted every 1.5 s nothing that was acknowledged is lost and nothing is doubled", async () => {
  const acknowledged: Story[] = [];
  const end = performance.now() + 30_000;
  const isOver = () => performance.now() >= end;
  let open: Story | undefined;
  let asked = 0;
  // Whoever gets no answer asks again under the same id: what was taken in is no second run.
  const submitting = inRhythm(100, isOver, async () => {
    if (acknowledged.filter((story) => story.starts().length < 2).length >= 6) return;
    open ??= stories.story({ seconds: [0, 0.3] });
    asked += 1;
    if (!(await stories.trySubmit(open))) return;
    acknowledged.push(open);
    open = undefined;
  });
  const restarts = await inRhythm(1500, isOver, restartPostgres);
  await submitting;
  console.log(`R2: ${restarts} restarts, ${asked} submissions, ${acknowledged.length} acknowledged`);
  expect(restarts).toBeGreaterThanOrEqual(12);
  expect(acknowledged.length).toBeGreaterThanOrEqual(3);
  if (open) acknowledged.push(open);
  if (open) await stories.submit(open);
  for (const story of acknowledged) await stories.endsRight(story);
});

describe("R6: clocks that differ", () => {
  afterAll(() => moveClock(undefined));

  const moveClock = async (offset: number | undefined) => {
    await stories.lab.takeDown("bio");
    await stories.lab.bringUp("bio", offset === undefined ? {} : { KRDC_CLOCK: `offset=${offset}` });
  };

  test.each([20, -20])("by %i s are no matter", async (offset) => {
    await moveClock(offset);
    const story = stories.story({ seconds: [0, 0.2] });
    await stories.submit(story);
    await stories.endsRight(story);
  });

  test.each([120, -120])(
    "by %i s let nothing begin, which the step says, and it begins once they are put right",
    async (offset) => {
      await moveClock(offset);
      const story = stories.story({ seconds: [0, 0.2] });
      await stories.submit(story);
      const told = await stories.researcher.until(story.id, "the reason", ({ steps }) =>
        steps.every(({ reason }) => /(^|\.)clock_skew$/.test(reason?.code ?? "")),
      );
      expect(told.steps.map(({ state, attempt }) => ({ state, attempt }))).toEqual(
        told.steps.map(() => ({ state: expect.stringMatching(/^(WAITING_GRANT|SUBMITTING)$/), attempt: 1 })),
      );
      expect(story.starts()).toEqual([]);
      await moveClock(undefined);
      await stories.endsRight(story);
    },
  );
});

test("scenario 14: 200 remote steps while anybody may die and any wire break have as many ends and as many starts, and leave nothing", async () => {
  const { lab } = stories;
  const { home } = lab.where;
  const random = randomFrom(seedOf("scenario 14"));
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  const count = soak(200);
  const story = stories.story({ seconds: Array.from({ length: count }, () => random() / 2) });
  const hits: Record<string, number> = {};
  const faults: Record<string, () => Promise<unknown> | undefined> = {
    portal: async () => lab.kill("portal"),
    home: async () => lab.kill("materials"),
    host: async () => lab.kill("bio"),
    postgres: restartPostgres,
    proxy: async () => {
      const proxy = pick(tasksOf(home).filter(({ name }) => name.startsWith("proxy-")));
      if (proxy) sendSignal(proxy.pid, "SIGKILL");
    },
    wire: async () => {
      const wire = lab.wire(...(pick(directions) ?? ["materials", "bio"]));
      wire.fate = someLost(random, random());
      wire.breakAll();
    },
    mend: async () => lab.healAll(),
  };
  await stories.submit(story);
  // The more steps, the more faults: what is left when they are over runs undisturbed.
  let left = Math.ceil(count / 7);
  await inRhythm(
    3000,
    () => left === 0 || story.starts().length >= count * 0.9,
    async () => {
      left -= 1;
      const name = pick(Object.keys(faults)) ?? "";
      hits[name] = (hits[name] ?? 0) + 1;
      await faults[name]?.();
    },
  );
  lab.healAll();
  const began = performance.now();
  await stories.endsRight(story, 600_000);
  console.log(
    `scenario 14: ${JSON.stringify(hits)}, over ${((performance.now() - began) / 1000).toFixed(1)} s after the last`,
  );
  await until(
    "nothing that is left",
    () => (tasksOf(home).length === 0 ? true : undefined),
    30_000,
    () => tasksOf(home),
  );
}, 3_600_000);
