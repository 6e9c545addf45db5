import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { RunView } from "#server/protocol/run-view";
import { until } from "../setup/command-line";
import { blackHole, cut, halfLost, halfTorn, late, randomFrom, seedOf, soak, someLost } from "../setup/faults";
import { directions, type Party } from "../setup/lab";
import { LabStories, type Story } from "../setup/lab-stories";

let stories: LabStories;

beforeAll(async () => {
  stories = await LabStories.open();
});
afterAll(() => stories?.close());
afterEach(async () => {
  stories?.lab.healAll();
  await stories?.everythingHolds();
});

/** Instances in every phase: some are over, some run, some wait for a slot, some are not sent yet. */
const mixed = [0, 0.5, 1, 1.5, 2, 3];

const isUnreachable = ({ steps }: RunView) => steps.some(({ state }) => state === "UNREACHABLE");

async function begun(): Promise<Story> {
  const story = stories.story({ seconds: mixed });
  await stories.submit(story);
  await stories.untilStarts(story, 2);
  return story;
}

describe("R4: whatever the wire to the host does, each instance has one start and one end", () => {
  test.each([
    { fault: "it is cut", breaks: cut },
    { fault: "it swallows every call", breaks: blackHole },
  ])("$fault until it is shown, then it is mended", async ({ breaks }) => {
    const story = await begun();
    const { heal } = breaks([stories.lab.wire("materials", "bio")]);
    await stories.researcher.until(story.id, "the silence to be shown", isUnreachable);
    heal();
    await stories.endsRight(story);
  });

  test.each([
    { fault: "it loses half of all calls", fate: halfLost },
    { fault: "half of all calls break in the middle of their bytes", fate: halfTorn },
    { fault: "every call comes 5 s late", fate: () => late(5000) },
  ])("$fault, from the beginning to the end", async ({ fault, fate }) => {
    const story = stories.story({ seconds: mixed });
    stories.lab.wire("materials", "bio").fate = fate(randomFrom(seedOf(`R4: ${fault}`)));
    await stories.submit(story);
    await stories.endsRight(story);
  });
});

describe("R5: whoever cannot reach whom, each instance has one start and one end", () => {
  test.each(directions.map(([from, to]) => ({ from, to })))("$from cannot reach $to", async ({ from, to }) => {
    const story = await begun();
    await partitioned(story, [[from, to]]);
  });

  test.each<[Party, Party]>([
    ["materials", "bio"],
    ["portal", "materials"],
    ["portal", "bio"],
  ])("%s and %s cannot reach each other", async (one, other) => {
    const story = await begun();
    await partitioned(story, [
      [one, other],
      [other, one],
    ]);
  });

  /** Mended when some calls were lost, or when the run did not need this wire at all. */
  async function partitioned(story: Story, ways: [Party, Party][]): Promise<void> {
    const { heal, swallowed } = cut(ways.map(([from, to]) => stories.lab.wire(from, to)));
    await until("calls that are lost", async () =>
      swallowed() >= 5 || (await stories.researcher.look(story.id))?.state === "SUCCEEDED" ? true : undefined,
    );
    heal();
    await stories.endsRight(story);
  }
});

test("scenario 1: of 200 remote steps under lost replies and cut calls each is started once", async () => {
  const { lab } = stories;
  const random = randomFrom(seedOf("scenario 1"));
  const story = stories.story({ seconds: Array.from({ length: soak(200) }, () => 0) });
  const from = lab.wire("materials", "bio").seen.length;
  for (const [one, other] of directions) if (one !== "portal") lab.wire(one, other).fate = someLost(random, 0.2);
  const began = performance.now();
  await stories.submit(story);
  await stories.endsRight(story, 900_000);
  console.log(`scenario 1: ${story.starts().length} starts in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  expect(lab.wire("materials", "bio").seen.length - from).toBeGreaterThan(3 * story.starts().length);
}, 1_000_000);
