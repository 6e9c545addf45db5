import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { changeOwned, listOwned } from "#server/protocol/owner-door";
import type { RunView } from "#server/protocol/run-view";
import { isStepOver } from "#server/protocol/states";
import { until } from "../setup/command-line";
import { cut } from "../setup/faults";
import { LabStories, type Story } from "../setup/lab-stories";
import { tasksOfStep } from "../setup/processes";

/** What the supervisor gives an app that does not end by itself. */
const graceMs = 3000;
/** How much later a test sees it on a busy machine. */
const sightMs = 1500;

let stories: LabStories;

beforeAll(async () => {
  stories = await LabStories.open();
});
afterAll(() => stories?.close());
afterEach(async () => {
  stories?.lab.healAll();
  await stories?.everythingHolds();
});

const appsOf = ({ id, submission }: Story) =>
  (submission.inputs.seconds ?? []).flatMap(
    (_, index) => tasksOfStep(stories.lab.where.home, { home: "materials", run: id, step: "count", index }).apps,
  );

/** How long it takes until no process of the story's apps lives. */
async function untilNoneLives(story: Story, timeoutMs: number, from = performance.now()): Promise<number> {
  await until("no process that lives", () => (appsOf(story).length === 0 ? true : undefined), timeoutMs);
  return performance.now() - from;
}

/** The same from when somebody said the word, whatever time its answer takes. */
async function endedBy(story: Story, word: Promise<unknown>): Promise<number> {
  const [ms] = await Promise.all([untilNoneLives(story, 60_000), word]);
  return ms;
}

const agreementOf = (app: string) => async (): Promise<string | undefined> => {
  const rows = await listOwned(stories.lab.doorOf("bio"));
  return rows.find((row) => app.startsWith(`bio/${row.app}@`))?.id;
};

async function stateAtHub(id: string): Promise<string | undefined> {
  const answer = await stories.researcher.get("/api/v1/agreements").catch(() => undefined);
  if (!answer?.ok) return undefined;
  const { items } = (await answer.json()) as { items: { id: string; state: string }[] };
  return items.find((one) => one.id === id)?.state;
}

const untilRevoked = (id: string) =>
  until("REVOKED at the hub", async () => ((await stateAtHub(id)) === "REVOKED" ? true : undefined), 60_000);

/** A run under an agreement of its own, in the middle of its apps, which do not end when they are asked to. */
async function running(name: string, terms: Parameters<LabStories["anApp"]>[1] = {}, seconds = [600, 600]) {
  const app = await stories.anApp(name, terms);
  const story = stories.story({ app, seconds, isStubborn: true });
  await stories.submit(story);
  await stories.untilStarts(story, seconds.length);
  const agreement = await until("its agreement", agreementOf(app));
  return { story, agreement };
}

const endsOf = ({ steps }: RunView) => steps.map(({ end, attempt }) => `${end} ${attempt}`);

describe("scenario 7: who revokes, from wherever, ends what runs", () => {
  test("the hub, connected: no process lives 5 s and the grace later", async () => {
    const { story, agreement } = await running("revoked-connected");
    const ms = await endedBy(story, stories.researcher.post(`/api/v1/agreements/${agreement}/revoke`, {}));
    console.log(`scenario 7, connected: ${Math.round(ms)} ms`);
    expect(ms).toBeLessThan(5000 + graceMs + sightMs);
    await untilRevoked(agreement);
    expect(endsOf(await stories.researcher.untilOver(story.id))).toEqual(["REVOKED 1", "REVOKED 1"]);
    expect(story.starts()).toHaveLength(2);
  });

  test("the owner alone, with hub and portal away: no process lives 5 s and the grace later, and the hub hears of it", async () => {
    const { story, agreement } = await running("revoked-alone");
    await stories.lab.takeDown("portal");
    const ms = await endedBy(story, changeOwned(stories.lab.doorOf("bio"), agreement, "revoke"));
    console.log(`scenario 7, by the owner alone: ${Math.round(ms)} ms`);
    expect(ms).toBeLessThan(5000 + graceMs + sightMs);
    await stories.lab.bringUp("portal");
    await untilRevoked(agreement);
    expect(endsOf(await stories.researcher.untilOver(story.id))).toEqual(["REVOKED 1", "REVOKED 1"]);
  });

  test("racing 200 submissions: after the acknowledgement no process lives and none starts", async () => {
    const app = await stories.anApp("revoked-racing");
    const story = stories.story({ app, seconds: Array.from({ length: 200 }, (_, at) => (at % 3) / 2) });
    await stories.submit(story);
    await stories.untilStarts(story, 10);
    const agreement = await until("its agreement", agreementOf(app));
    const from = performance.now();
    await stories.researcher.post(`/api/v1/agreements/${agreement}/revoke`, {});
    await untilRevoked(agreement);
    const started = story.starts().length;
    console.log(`scenario 7, racing: REVOKED after ${Math.round(performance.now() - from)} ms, ${started} starts`);
    expect(appsOf(story)).toEqual([]);
    const view = await stories.researcher.untilOver(story.id, 120_000);
    expect([story.starts().length, started < 200]).toEqual([started, true]);
    expect(
      view.steps.every(({ end, attempt }) => attempt === 1 && /^(SUCCEEDED|REVOKED|REJECTED)$/.test(end ?? "")),
    ).toBe(true);
  }, 240_000);
});

describe("on clocks that run 15 times as fast", () => {
  const scale = 15;
  const soon = (ms: number) => ms / scale;

  beforeAll(() => stories.lab.setClocks(`scale=${scale}`), 120_000);
  afterAll(() => stories?.lab.setClocks(undefined), 120_000);

  test("scenario 7: with the hub cut off a run whose owner chose so ends 120 s and the grace after its last word", async () => {
    const { story, agreement } = await running("revoked-cut-off", { onHubSilent: "kill" });
    const { heal } = cut([
      stories.lab.wire("portal", "bio"),
      stories.lab.wire("bio", "portal"),
      stories.lab.wire("bio", "materials"),
    ]);
    const ms = await endedBy(story, stories.researcher.post(`/api/v1/agreements/${agreement}/revoke`, {}));
    console.log(`scenario 7, hub cut off: ${Math.round(ms)} ms at a bound of ${soon(120_000)} ms and ${graceMs} ms`);
    expect(ms).toBeLessThan(soon(120_000) + graceMs + sightMs);
    heal();
    await untilRevoked(agreement);
    const view = await stories.researcher.untilOver(story.id);
    expect(new Set(view.steps.map(({ end }) => end))).toEqual(new Set(["AUTHORIZATION_STALE"]));
    expect(story.starts()).toHaveLength(2);
  });

  test("R3: ten minutes without a hub: what runs goes on or ends as its owner chose, what is new waits and says so", async () => {
    const kept = stories.story({ app: await stories.anApp("hub-away-goes-on"), seconds: [12] });
    const ended = stories.story({ app: await stories.anApp("hub-away-ends", { onHubSilent: "kill" }), seconds: [600] });
    const next = stories.twoInARow({ app: await stories.anApp("hub-away-waits"), seconds: 3 });
    for (const story of [kept, ended, next]) await stories.submit(story);
    for (const story of [kept, ended, next]) await stories.untilStarts(story, 1);
    await stories.lab.takeDown("portal");
    const [downAt, downSince] = [performance.now(), Date.now()];
    await untilNoneLives(ended, 60_000);
    await until("the second step to say why it waits", async () => {
      const reason = await reasonAtHome(next, "second");
      return reason === "hub_unavailable" ? true : undefined;
    });
    const isLongEnough = () => (performance.now() - downAt >= soon(600_000) ? true : undefined);
    await until("ten minutes to be over", isLongEnough, soon(600_000) + 1000);
    expect([kept.starts().length, ended.starts().length, next.starts().length]).toEqual([1, 1, 1]);
    await stories.lab.bringUp("portal");
    const [backAt, backSince] = [performance.now(), Date.now()];
    await stories.untilStarts(next, 2);
    const startMs = performance.now() - backAt;
    const overAt = (view: RunView) => Date.parse(view.steps[0]?.endedAt ?? "");
    const stale = await stories.researcher.untilOver(ended.id);
    const staleMs = overAt(stale) - downSince;
    console.log(
      `R3: stale after ${staleMs} ms (${soon(120_000)}), new start ${Math.round(startMs)} ms after the hub's return (${soon(60_000)})`,
    );
    expect(startMs).toBeLessThan(soon(60_000));
    expect(endsOf(stale)).toEqual(["AUTHORIZATION_STALE 1"]);
    expect(staleMs).toBeLessThan(soon(120_000) + soon(20_000) + graceMs + sightMs);
    expect(overAt(await stories.endsRight(kept))).toBeLessThan(backSince);
    await stories.endsRight(next);
  }, 240_000);
});

/** Read where it stands: while the portal is away nobody else can say it. */
async function reasonAtHome(story: Story, step: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: stories.lab.plan.databases.materials });
  await client.connect();
  try {
    const text =
      "select m.waiting->>'code' as code from remote_attempts m join step_runs s on s.id = m.step_run_id where s.run_id = $1 and s.step = $2";
    const { rows } = await client.query<{ code: string }>(text, [story.id, step]);
    return rows[0]?.code;
  } finally {
    await client.end();
  }
}

describe("on clocks that run 200 times as fast", () => {
  const leaseMs = (40 * 60_000) / 200;

  beforeAll(() => stories.lab.setClocks("scale=200"), 120_000);
  afterAll(() => stories?.lab.setClocks(undefined), 120_000);

  test("scenario 4: a partition that outlasts the lease ends what its owner would rather end; the rest is finished and kept", async () => {
    const held = stories.story({ app: await stories.anApp("cut-off-held"), seconds: [leaseMs / 1000 + 4] });
    const { story: killed } = await running("cut-off-killed", { onDisconnect: "kill" }, [600]);
    await stories.submit(held);
    await stories.untilStarts(held, 1);
    const { heal } = cut([stories.lab.wire("materials", "bio"), stories.lab.wire("bio", "materials")]);
    const ms = await untilNoneLives(killed, leaseMs * 3);
    console.log(`scenario 4: ended ${Math.round(ms)} ms after the cut, at a lease of ${leaseMs} ms`);
    expect(ms).toBeLessThan(leaseMs + graceMs + sightMs);
    expect(appsOf(held).length).toBeGreaterThan(0);
    await untilNoneLives(held, leaseMs * 2);
    const apart = await stories.researcher.until(killed.id, "the silence", ({ steps }) =>
      steps.every(({ state }) => state === "UNREACHABLE"),
    );
    expect(apart.steps.some(({ state }) => isStepOver(state))).toBe(false);
    heal();
    await stories.endsRight(held);
    expect(endsOf(await stories.researcher.untilOver(killed.id))).toEqual(["LEASE_EXPIRED 1"]);
    expect(killed.starts()).toHaveLength(1);
  });
});
