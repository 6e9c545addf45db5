import { readFile } from "node:fs/promises";
import { join as joinPath } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import type { AppVersion } from "#server/graph/app";
import { checkInvariants } from "../check-invariants";
import { aFramework, introduce, type TestFramework } from "../framework.build";
import { aHubDouble, type HubDouble } from "../hub-double.build";
import {
  agree,
  packMisbehaving,
  publish,
  researcher,
  stepOf,
  submit,
  untilOver,
  untilStep,
  upload,
} from "../portal.build";
import { packJoin } from "../programs.build";
import { holdFirst, type Passage } from "../relay.build";
import { until } from "../until.build";

let hub: HubDouble;
let home: TestFramework;
let host: TestFramework;
let counting: { app: AppVersion; agreement: string };
let joining: { app: AppVersion; agreement: string };

beforeAll(async () => {
  hub = await aHubDouble();
  home = await aFramework("home", hub, inject("pgAdminUrl"));
  host = await aFramework("host", hub, inject("pgAdminUrl"));
  await introduce(home, host);
  const counter = await publish(host, await packMisbehaving("count-start"));
  counting = { app: counter, agreement: await agree(host, counter.name) };
  const join = await publish(host, await packJoin());
  joining = { app: join, agreement: await agree(host, join.name) };
});

afterEach(() => {
  host.relay.fate = () => "pass";
  hub.gate = () => undefined;
});

afterAll(async () => {
  const checks = [await checkInvariants(home.ctx), await checkInvariants(host.ctx)];
  await home.drop();
  await host.drop();
  await hub.close();
  expect(checks.flatMap(({ broken }) => broken)).toEqual([]);
});

const linesOf = async (path: string) => (await readFile(path, "utf8").catch(() => "")).split("\n").filter(Boolean);

function counted(name: string, seconds = 0) {
  const journal = joinPath(host.folder, `${name.replaceAll(" ", "-")}.journal`);
  return { journal, drawn: { steps: { only: { ...counting, with: { journal, seconds } } } } };
}

/** The attempts of a run as both sides keep them. */
async function attemptsOf(id: string) {
  const here = await home.db.execute<{ state: string; outcome: string }>(
    sql`select state, outcome from remote_attempts where run_id = ${id} order by attempt`,
  );
  const there = await host.db.execute<{ outcome: string }>(
    sql`select outcome from hosted_runs where request->>'runId' = ${id} order by attempt`,
  );
  return {
    here: here.rows.map(({ state, outcome }) => `${state} ${outcome}`),
    there: there.rows.map(({ outcome }) => outcome),
  };
}

async function expectOnce(id: string, journal: string): Promise<void> {
  const view = await untilOver(home, id, 30_000);
  expect(stepOf(view, "only")).toMatchObject({ state: "SUCCEEDED", attempt: 1, end: "SUCCEEDED" });
  expect(await linesOf(journal)).toHaveLength(1);
  expect(await attemptsOf(id)).toEqual({ here: ["ENDED SUCCEEDED"], there: ["SUCCEEDED"] });
}

describe("the home framework is killed", () => {
  const isPut = ({ method, path }: Passage) => method === "PUT" && /\/hosted-runs\/[0-9a-f]+\/1$/.test(path);

  test("before it wrote its intent: one start, one end", async () => {
    const { journal, drawn } = counted("before intent");
    const id = await submit(home, drawn);
    await home.crash();
    await home.start();
    await expectOnce(id, journal);
  });

  test("after its intent, while it asks for the grant: one start, one end", async () => {
    const { journal, drawn } = counted("after intent");
    let open = () => {};
    const asked = new Promise<void>((resolve) => {
      hub.gate = (path) => {
        if (path !== "/grants") return undefined;
        resolve();
        return new Promise<void>((kept) => {
          open = kept;
        });
      };
    });
    const id = await submit(home, drawn);
    await asked;
    await home.crash();
    hub.gate = () => undefined;
    open();
    await home.start();
    await expectOnce(id, journal);
  });

  test.each<{ point: string; matches: (call: Passage) => boolean; fate: "cut" | "lose_answer" }>([
    { point: "with its call on the wire, which never arrives", matches: isPut, fate: "cut" },
    { point: "after it sent, and the call arrives without it", matches: isPut, fate: "lose_answer" },
    { point: "while it fetches results", matches: ({ path }) => path.includes("/outputs/"), fate: "cut" },
    { point: "before it acknowledged", matches: ({ path }) => path.endsWith("/acknowledge"), fate: "cut" },
  ])(
    "$point: one start, one end",
    async ({ point, matches, fate }) => {
      const { journal, drawn } = counted(point);
      const { reached, release } = holdFirst(host.relay, matches);
      // Its result is this run's alone, so that home has to fetch it.
      const steps = { ...drawn.steps, word: { ...joining, with: { word: point } } };
      const id = await submit(home, { steps });
      await reached;
      const crash = home.crash();
      release(fate);
      await crash;
      await home.start();
      const view = await untilOver(home, id, 30_000);
      expect(view.steps.map(({ state, attempt }) => `${state} ${attempt}`)).toEqual(["SUCCEEDED 1", "SUCCEEDED 1"]);
      expect(await linesOf(journal)).toHaveLength(1);
      expect(await attemptsOf(id)).toEqual({
        here: Array(2).fill("ENDED SUCCEEDED"),
        there: Array(2).fill("SUCCEEDED"),
      });
    },
    40_000,
  );

  test("between the call and its inputs: they are sent after the restart", async () => {
    const file = await upload(home, researcher, "in.txt", "sent after the restart");
    const { reached, release } = holdFirst(host.relay, ({ path }) => path.includes("/inputs/"));
    const id = await submit(home, { steps: { only: { ...joining, with: { input: [file] } } } });
    await reached;
    const crash = home.crash();
    release("cut");
    await crash;
    await home.start();
    expect(stepOf(await untilOver(home, id), "only")).toMatchObject({ state: "SUCCEEDED", attempt: 1 });
  });

  test("while the app runs: one start, one end, and it is shown as running again", async () => {
    const { journal, drawn } = counted("running", 2);
    const id = await submit(home, drawn);
    await untilStep(home, id, "only", "REMOTE_RUNNING");
    await home.crash();
    await home.start();
    await untilStep(home, id, "only", "REMOTE_RUNNING");
    await expectOnce(id, journal);
  });

  test("and the app ends meanwhile: its end is heard after the restart", async () => {
    const { journal, drawn } = counted("ended meanwhile", 0.3);
    const id = await submit(home, drawn);
    await until("it started", async () => (await linesOf(journal)).length === 1);
    await home.crash();
    await until("the host has an outcome", async () => (await attemptsOf(id)).there[0] === "SUCCEEDED");
    await home.start();
    await expectOnce(id, journal);
  });

  test("not, but ends in order: the remote app runs on, and a new proxy stands for it", async () => {
    const { journal, drawn } = counted("home sigterm", 2);
    const id = await submit(home, drawn);
    await untilStep(home, id, "only", "REMOTE_RUNNING");
    await home.shutDown();
    await home.start();
    await expectOnce(id, journal);
  });
});

describe("the host framework is killed", () => {
  test("while the app runs: it adopts the app and does not start it again", async () => {
    const { journal, drawn } = counted("adopted", 2);
    const id = await submit(home, drawn);
    await untilStep(home, id, "only", "REMOTE_RUNNING");
    await host.crash();
    await host.start();
    await expectOnce(id, journal);
  });

  test("and the app ends meanwhile: its end is read after the restart", async () => {
    const { journal, drawn } = counted("host away at the end", 0.5);
    const id = await submit(home, drawn);
    await until("it started", async () => (await linesOf(journal)).length === 1);
    await host.crash();
    await until("nothing runs at the host", async () => (await host.ctx.runtime.live()).length === 0);
    await host.start();
    await expectOnce(id, journal);
  });

  test("together with the home: both go on where they were", async () => {
    const { journal, drawn } = counted("both", 2);
    const id = await submit(home, drawn);
    await untilStep(home, id, "only", "REMOTE_RUNNING");
    await Promise.all([home.crash(), host.crash()]);
    await Promise.all([home.start(), host.start()]);
    await expectOnce(id, journal);
  });

  test("not, but ends in order: the attempt is INTERRUPTED, and a new one starts that no policy counts", async () => {
    const { journal, drawn } = counted("host sigterm", 1.5);
    const id = await submit(home, drawn);
    await until("it started", async () => (await linesOf(journal)).length === 1);
    await host.shutDown();
    await host.start();
    const view = await untilOver(home, id, 30_000);
    expect(stepOf(view, "only")).toMatchObject({ state: "SUCCEEDED", attempt: 2 });
    expect(await linesOf(journal)).toHaveLength(2);
    expect(await attemptsOf(id)).toEqual({
      here: ["ENDED INTERRUPTED", "ENDED SUCCEEDED"],
      there: ["INTERRUPTED", "SUCCEEDED"],
    });
    const { rows } = await home.db.execute(sql`select counted_attempts as counted from step_runs where run_id = ${id}`);
    expect(rows).toEqual([{ counted: 1 }]);
  }, 40_000);
});

test("a proxy that is killed is made again under another name, and the remote app never notices", async () => {
  const { journal, drawn } = counted("lost proxy", 2);
  const id = await submit(home, drawn);
  const step = await untilStep(home, id, "only", "REMOTE_RUNNING");
  const first = step.proxy?.name ?? "";
  const { pid } = JSON.parse(await readFile(joinPath(home.folder, "runtime/tasks", first, "running"), "utf8"));
  process.kill(pid, "SIGKILL");
  await expectOnce(id, journal);
  const { rows } = await home.db.execute<{ name: string; count: number }>(
    sql`select proxy_name as name, proxy_count as count from remote_attempts where run_id = ${id}`,
  );
  expect(rows).toEqual([{ name: first.replace(/1$/, "2"), count: 2 }]);
});
