import { readFile } from "node:fs/promises";
import { join as joinPath } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { AppVersion } from "#server/graph/app";
import type { FileValue } from "#server/graph/workflow";
import { numbersOf } from "../../../e2e/model/net.build";
import { checkInvariants } from "../check-invariants";
import { aFramework, introduce, type TestFramework } from "../framework.build";
import { aHubDouble, type HubDouble } from "../hub-double.build";
import {
  agree,
  ask,
  type DrawnStep,
  look,
  packMisbehaving,
  publish,
  researcher,
  stepOf,
  submit,
  submitAndEnd,
  untilOver,
  upload,
} from "../portal.build";
import { packJoin } from "../programs.build";
import { type Fate, type Passage, strike } from "../relay.build";
import { until } from "../until.build";

const seeds = 20;
const timing = { renewLeaseMs: 300, reconcileMs: 400 };

let hub: HubDouble;
let home: TestFramework;
let host: TestFramework;
const apps: Record<string, { app: AppVersion; agreement: string }> = {};
const remote = (name: string) => {
  const found = apps[name];
  if (!found) throw new Error(`${name} was not published`);
  return found;
};

beforeAll(async () => {
  hub = await aHubDouble();
  home = await aFramework("home", hub, inject("pgAdminUrl"), { timing, proxies: 24 });
  host = await aFramework("host", hub, inject("pgAdminUrl"), { slots: 8 });
  await introduce(home, host);
  const archives = [
    packJoin(),
    packMisbehaving("count-start"),
    packMisbehaving("exit-3"),
    packMisbehaving("sleep-long"),
  ];
  for (const archive of archives) {
    const app = await publish(host, await archive);
    apps[app.name] = { app, agreement: await agree(host, app.name) };
  }
});

afterAll(async () => {
  const checks = [await checkInvariants(home.ctx), await checkInvariants(host.ctx)];
  await home.drop();
  await host.drop();
  await hub.close();
  expect(checks.flatMap(({ broken }) => broken)).toEqual([]);
});

const later = (fate: Fate, ms: number) => new Promise<Fate>((resolve) => setTimeout(() => resolve(fate), ms));

/**
 * Held for a while, some never arrive, of some no answer comes, and copies of the others arrive when nobody expects them;
 * a copied wait for news would tell nobody anything.
 */
function shuffle(seed: number): void {
  const random = numbersOf(seed);
  host.relay.fate = ({ path }) => {
    const [chance, heldMs] = [random(), random() * 100];
    if (chance < 0.1) return later("cut", heldMs);
    const isAnswerLost = chance < 0.25;
    const copiesAfterMs = path.includes("wait=") ? [] : [random() * 2000, random() * 300];
    return later({ copiesAfterMs, isAnswerLost, isOvertaken: chance > 0.9 }, heldMs);
  };
}

const linesOf = async (path: string) => (await readFile(path, "utf8").catch(() => "")).split("\n").filter(Boolean);

/** How a run's attempts ended at both sides, in order of their steps. */
async function attemptsOf(id: string) {
  const here = await home.db.execute<{ said: string }>(
    sql`select request->>'step' || ' ' || attempt || ' ' || state || ' ' || outcome as said from remote_attempts
      where run_id = ${id} order by 1`,
  );
  const there = await host.db.execute<{ said: string }>(
    sql`select request->>'step' || ' ' || attempt || ' ' || state || ' ' || outcome as said from hosted_runs
      where request->>'runId' = ${id} order by 1`,
  );
  return { here: here.rows.map(({ said }) => said), there: there.rows.map(({ said }) => said) };
}

type Story = { steps: Record<string, DrawnStep>; wanted: string[]; ends: string[] };

/** Two stories in turn, of two steps each. */
const stories = (journal: string, file: FileValue): Story[] => [
  {
    steps: {
      counted: { ...remote("count-start"), with: { journal, seconds: 0 } },
      tried: { ...remote("exit-3"), retry: { attempts: 2 } },
    },
    wanted: ["counted SUCCEEDED", "tried FAILED"],
    ends: ["counted 1 SUCCEEDED", "tried 1 FAILED", "tried 2 FAILED"],
  },
  {
    steps: {
      ended: { ...remote("count-start"), with: { journal, seconds: 600 } },
      fed: { ...remote("join"), with: { input: [file] } },
    },
    wanted: ["ended REMOTE_RUNNING", "fed SUCCEEDED"],
    ends: ["ended 1 CANCELLED", "fed 1 SUCCEEDED"],
  },
];

async function tell(seed: number): Promise<{ id: string; ends: string[] }> {
  const journal = joinPath(host.folder, `${seed}.journal`);
  const told = stories(journal, await upload(home, researcher, "in.txt", `input ${seed}`));
  const story = told[seed % told.length];
  if (!story) throw new Error("there is a story for each seed");
  const id = await submit(home, { steps: story.steps });
  await until(
    `run ${seed} has come as far as it can`,
    async () => {
      const { steps } = await look(home, id);
      return (
        steps
          .map((step) => `${step.id} ${step.state}`)
          .sort()
          .join() === story.wanted.join()
      );
    },
    120_000,
  );
  await ask(home, researcher, "POST", `/v1/runs/${id}/cancel`, {}).catch(() => undefined);
  await untilOver(home, id, 60_000);
  expect({ seed, starts: await linesOf(journal) }).toMatchObject({ seed, starts: [expect.any(String)] });
  return { id, ends: story.ends };
}

test("on a wire that holds, loses and repeats every call, steps end as on a good one, each started once", {
  timeout: 400_000,
}, async () => {
  const told: Awaited<ReturnType<typeof tell>>[] = [];
  for (let seed = 1; seed <= seeds; seed += 4) {
    shuffle(seed);
    told.push(...(await Promise.all([0, 1, 2, 3].map((next) => tell(seed + next)))));
  }
  host.relay.fate = () => "pass";
  for (const { id, ends } of told) {
    const saying = (state: string) => ends.map((end) => end.replace(/ (?=[A-Z]+$)/, ` ${state} `));
    const isTold = async () => (await attemptsOf(id)).there.every((said) => said.includes("ACKED"));
    await until(`the host was told of all that run ${id} took`, isTold, 40_000);
    expect(await attemptsOf(id)).toEqual({ here: saying("ENDED"), there: saying("ACKED") });
  }
});

test("a call that its own copy overtook is not refused for its used proof: the step runs, once", async () => {
  const journal = joinPath(host.folder, "overtaken.journal");
  const isPut = ({ method, path }: Passage) => method === "PUT" && path.endsWith("/1");
  strike(host.relay, { copiesAfterMs: [], isOvertaken: true }, 1, isPut);
  const view = await submitAndEnd(home, {
    steps: { only: { ...remote("count-start"), with: { journal, seconds: 0 } } },
  });
  expect(stepOf(view, "only")).toMatchObject({ state: "SUCCEEDED", attempt: 1 });
  expect(await linesOf(journal)).toHaveLength(1);
});

test("an attempt that its host does not know any more is shown so, and runs nowhere a second time", async () => {
  const journal = joinPath(host.folder, "forgotten.journal");
  const id = await submit(home, {
    steps: { only: { ...remote("count-start"), with: { journal, seconds: 600 }, retry: { attempts: 3 } } },
  });
  await until("it began", async () => (await linesOf(journal)).length === 1);
  const rename = (from: string, to: string) =>
    host.db.execute(sql`update hosted_runs set home = ${to} where home = ${from} and request->>'runId' = ${id}`);
  await rename("home", "nobody");
  const only = async () => stepOf(await look(home, id), "only");
  await until("home says so", async () => (await only()).reason?.code === "hosted_run.not_found");
  const before = host.relay.seen.length;
  const isAsked = ({ method, path }: Passage) => method === "GET" && path.startsWith("/v1/hosted-runs/");
  await until("home asked twice more", () => host.relay.seen.slice(before).filter(isAsked).length >= 2);
  expect(await only()).toMatchObject({ state: "REMOTE_RUNNING", attempt: 1, end: null });
  expect(await linesOf(journal)).toHaveLength(1);
  await rename("nobody", "home");
  await ask(home, researcher, "POST", `/v1/runs/${id}/cancel`, {});
  expect((await untilOver(home, id)).state).toBe("CANCELLED");
});
