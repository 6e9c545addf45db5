import { readFile, writeFile } from "node:fs/promises";
import { join as joinPath } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { KrdcError } from "#server/errors";
import type { AppVersion } from "#server/graph/app";
import { checkInvariants } from "../check-invariants";
import { aFramework, introduce, type TestFramework } from "../framework.build";
import { aHubDouble, type HubDouble } from "../hub-double.build";
import {
  agree,
  ask,
  fetchBytes,
  look,
  packMisbehaving,
  publish,
  readOutput,
  researcher,
  stepOf,
  submit,
  submitAndEnd,
  untilOver,
  untilStep,
  upload,
} from "../portal.build";
import { packJoin } from "../programs.build";
import { holdFirst, type Passage, strike } from "../relay.build";
import { until } from "../until.build";
import { listRemoteAttempts } from "./find-remote-attempt";
import { settleRemote } from "./settle-remote";

let hub: HubDouble;
let home: TestFramework;
let host: TestFramework;
let here: AppVersion;
const apps: Record<string, { app: AppVersion; agreement: string }> = {};

const remote = (name: string) => {
  const found = apps[name];
  if (!found) throw new Error(`${name} was not published`);
  return found;
};

beforeAll(async () => {
  hub = await aHubDouble();
  home = await aFramework("home", hub, inject("pgAdminUrl"));
  host = await aFramework("host", hub, inject("pgAdminUrl"));
  await introduce(home, host);
  here = await publish(home, await packJoin());
  for (const archive of [packJoin(), ...["exit-3", "sleep-long", "count-start", "print-50mb"].map(packMisbehaving)]) {
    const app = await publish(host, await archive);
    apps[app.name] = { app, agreement: await agree(host, app.name) };
  }
});

afterEach(() => {
  host.relay.fate = () => "pass";
  hub.isAway = false;
  hub.answers.clear();
});

afterAll(async () => {
  const checks = [await checkInvariants(home.ctx), await checkInvariants(host.ctx)];
  await home.drop();
  await host.drop();
  await hub.close();
  expect(checks.flatMap(({ broken }) => broken)).toEqual([]);
});

const linesOf = async (path: string) => (await readFile(path, "utf8").catch(() => "")).split("\n").filter(Boolean);
const counted = (name: string, seconds = 0) => {
  const journal = joinPath(host.folder, `${name}.journal`);
  return { journal, drawn: { steps: { only: { ...remote("count-start"), with: { journal, seconds } } } } };
};
const hostedState = async (runId: string) =>
  (
    await host.db.execute<{ state: string }>(
      sql`select state from hosted_runs where request->>'runId' = ${runId} order by attempt`,
    )
  ).rows.map(({ state }) => state);

describe("a step in another cluster", () => {
  test("gets its files, and its results come back byte by byte", async () => {
    const name = `관측 '자료' "1".csv`;
    const file = await upload(home, researcher, name, "값\n");
    const view = await submitAndEnd(home, {
      inputs: { file },
      steps: {
        first: { app: here, with: { word: "가" } },
        away: {
          ...remote("join"),
          with: { word: "나 '\"", input: [{ from: "first.out" }, { from: "inputs.file" }, { from: "inputs.file" }] },
        },
        last: { app: here, with: { word: "다", input: [{ from: "away.out" }] } },
      },
      outputs: { text: "last.out", length: "away.length" },
    });
    expect(view.state).toBe("SUCCEEDED");
    const text = `나 '"[out.txt:가][${name}:값\n][${name}:값\n]`;
    expect(await readOutput(home, view, "text")).toEqual([`다[out.txt:${text}]`]);
    expect(view.outputs.find((output) => output.name === "length")?.value).toBe([...text].length);
    expect(stepOf(view, "away")).toMatchObject({
      cluster: "host",
      placement: "remote",
      attempt: 1,
      end: "SUCCEEDED",
      proxy: { host: "host", agreementId: remote("join").agreement, unreachableSince: null },
    });
    await until("the host was acknowledged", async () => (await hostedState(view.id)).join() === "ACKED");
  });

  test("shows its log at home and in its proxy's own output", async () => {
    const view = await submitAndEnd(home, { steps: { only: { ...remote("join"), with: { word: "기록" } } } });
    expect(String(await fetchBytes(home, researcher, `/v1/runs/${view.id}/steps/only/0/log`))).toBe("기록\n");
    const proxy = stepOf(view, "only").proxy?.name ?? "";
    await until("the proxy printed it", async () => String(await home.ctx.runtime.logs(proxy, 0, 100)) === "기록\n");
    await until(
      "the proxy has ended",
      async () =>
        (
          await home.db.execute(
            sql`select 1 from executions where name = ${proxy} and state = 'ENDED' and exit_code = 0`,
          )
        ).rows.length === 1,
    );
  });

  test("that fails says so as it would at home, and its proxy ends with its exit code", async () => {
    const view = await submitAndEnd(home, { steps: { only: remote("exit-3") } });
    expect(stepOf(view, "only")).toMatchObject({
      state: "FAILED",
      end: "FAILED",
      exitCode: 3,
      reason: { code: "app.exited", detail: { host: "host", exitCode: 3 } },
    });
    const proxy = stepOf(view, "only").proxy?.name ?? "";
    await until(
      "the proxy ended with 3",
      async () =>
        (await home.db.execute(sql`select 1 from executions where name = ${proxy} and exit_code = 3`)).rows.length ===
        1,
    );
  });

  test("scenario 11: a log of 50 MB that is cut 30 times on its way is at home byte for byte", async () => {
    const isLog = ({ method, path }: Passage) => method === "GET" && path.includes("/log?");
    const cuts = strike(host.relay, { of: "answer", cutAfter: 400_000 }, 30, isLog);
    const view = await submitAndEnd(
      home,
      { steps: { only: { ...remote("print-50mb"), with: { megabytes: 50 } } } },
      90_000,
    );
    expect(stepOf(view, "only").state).toBe("SUCCEEDED");
    expect(cuts).toHaveLength(30);
    const line = Buffer.from("가나다라마바사아자차 0123456789 abcdefghijklmnop\n");
    const rest = 2 ** 20 % line.length;
    const megabyte = Buffer.concat([Buffer.alloc(2 ** 20 - rest, line), Buffer.from(`${".".repeat(rest - 1)}\n`)]);
    const wanted = Buffer.concat(Array.from({ length: 50 }, () => megabyte));
    const parts: Buffer[] = [];
    for (let offset = 0; offset < wanted.length; offset += parts.at(-1)?.length ?? 0) {
      parts.push(await fetchBytes(home, researcher, `/v1/runs/${view.id}/steps/only/0/log?offset=${offset}`));
      if (parts.at(-1)?.length === 0) break;
    }
    expect(Buffer.concat(parts).equals(wanted)).toBe(true);
  }, 120_000);

  test("is scattered beyond what was agreed at once: the rest waits and all of it runs", async () => {
    const agreement = await agree(host, "join", { maxConcurrent: 2 });
    const word = ["a", "b", "c", "d", "e", "f"];
    const view = await submitAndEnd(
      home,
      {
        steps: { each: { app: remote("join").app, agreement, with: { word }, scatter: ["word"] } },
        outputs: { words: "each.out" },
      },
      30_000,
    );
    expect(view.state).toBe("SUCCEEDED");
    expect(await readOutput(home, view, "words")).toEqual(word);
  });
});

describe("a refusal reaches the step in the refuser's own words", () => {
  test("of a host without an agreement", async () => {
    const view = await submitAndEnd(home, {
      steps: { only: { ...remote("join"), agreement: "3f2504e0-4f89-41d3-9a0c-0305e82c3301" } },
    });
    expect(stepOf(view, "only")).toMatchObject({
      state: "FAILED",
      end: "REJECTED",
      reason: { code: "agreement.missing" },
    });
  });

  test("of a hub that grants nothing", async () => {
    hub.answers.set("/introspections", () => ({ active: false, reason: "agreement.suspended" }));
    const view = await submitAndEnd(home, { steps: { only: remote("join") } });
    expect(stepOf(view, "only")).toMatchObject({
      end: "REJECTED",
      reason: { code: "agreement.suspended", detail: { host: "host" } },
    });
  });

  test("T14: of a host that revoked while it ran", async () => {
    const agreement = await agree(host, "sleep-long");
    const id = await submit(home, { steps: { only: { app: remote("sleep-long").app, agreement } } });
    await untilStep(home, id, "only", "REMOTE_RUNNING");
    await ask(host, researcher, "POST", `/v1/agreements/${agreement}/revoke`, {});
    expect(stepOf(await untilOver(home, id), "only")).toMatchObject({
      state: "FAILED",
      end: "REVOKED",
      reason: { code: "agreement.revoked" },
    });
  });

  test("of an absent hub: the step waits with that reason and starts when the hub is back", async () => {
    hub.isAway = true;
    const id = await submit(home, { steps: { only: { ...remote("join"), with: { word: "w" } } } });
    await until(
      "the reason is shown",
      async () => stepOf(await look(home, id), "only").reason?.code === "hub_unavailable",
    );
    expect(stepOf(await look(home, id), "only").state).toBe("WAITING_GRANT");
    hub.isAway = false;
    expect((await untilOver(home, id)).state).toBe("SUCCEEDED");
  });
});

describe("cancel", () => {
  test("ends a remote app, and the step is over only when the host has said so", async () => {
    const id = await submit(home, {
      steps: { only: remote("sleep-long"), after: { app: here, with: { input: [{ from: "only.out" }] } } },
    });
    await untilStep(home, id, "only", "REMOTE_RUNNING");
    await ask(home, researcher, "POST", `/v1/runs/${id}/cancel`, {});
    const view = await untilOver(home, id);
    expect(view.state).toBe("CANCELLED");
    expect(view.steps.map(({ state }) => state)).toEqual(["CANCELLED", "CANCELLED"]);
    expect(stepOf(view, "only").end).toBe("CANCELLED");
    await until("no app lives at the host", async () => (await host.ctx.runtime.live()).length === 0);
  });

  test("before there is a grant ends it at home, and the host never hears of it", async () => {
    hub.isAway = true;
    const id = await submit(home, { steps: { only: remote("sleep-long") } });
    await untilStep(home, id, "only", "WAITING_GRANT");
    await ask(home, researcher, "POST", `/v1/runs/${id}/cancel`, {});
    expect((await untilOver(home, id)).state).toBe("CANCELLED");
    expect(await hostedState(id)).toEqual([]);
  });

  test("while its inputs cannot be sent ends it, and nothing is started", async () => {
    const file = await upload(home, researcher, "never-sent.txt", `never sent ${Date.now()}`);
    strike(host.relay, "cut", 1e6, ({ path }) => path.includes("/inputs/"));
    const id = await submit(home, { steps: { only: { ...remote("join"), with: { input: [file] } } } });
    await until("the host received it", async () => (await hostedState(id)).join() === "RECEIVED");
    await ask(home, researcher, "POST", `/v1/runs/${id}/cancel`, {});
    expect(stepOf(await untilOver(home, id), "only")).toMatchObject({ state: "CANCELLED", startedAt: null });
  });
});

describe("a bad wire costs time and nothing else", () => {
  test.each<{ given: string; fate: "cut" | "lose_answer"; times: number; method: string; path: RegExp }>([
    { given: "the answer of the first call is lost", fate: "lose_answer", times: 1, method: "PUT", path: /\/1$/ },
    { given: "the first calls never arrive", fate: "cut", times: 2, method: "PUT", path: /\/1$/ },
    { given: "the inputs break off", fate: "cut", times: 2, method: "PUT", path: /\/inputs\// },
    { given: "the answer about the inputs is lost", fate: "lose_answer", times: 1, method: "PUT", path: /\/inputs\// },
    { given: "events break off", fate: "cut", times: 2, method: "GET", path: /\/events/ },
    { given: "results break off", fate: "cut", times: 2, method: "GET", path: /\/outputs\// },
    { given: "logs break off", fate: "cut", times: 3, method: "GET", path: /\/log/ },
    { given: "the acknowledgement is lost", fate: "lose_answer", times: 1, method: "POST", path: /\/acknowledge/ },
  ])(
    "$given",
    async ({ given, fate, times, method, path }) => {
      const file = await upload(home, researcher, "in.txt", given);
      const struck = strike(host.relay, fate, times, (call) => call.method === method && path.test(call.path));
      const { drawn, journal } = counted(given.replaceAll(" ", "-"));
      const id = await submit(home, {
        ...drawn,
        steps: { ...drawn.steps, join: { ...remote("join"), with: { input: [file] } } },
      });
      const view = await untilOver(home, id, 30_000);
      expect(view.state).toBe("SUCCEEDED");
      expect(view.steps.every(({ attempt }) => attempt === 1)).toBe(true);
      expect(struck.length).toBeGreaterThan(0);
      expect(await linesOf(journal)).toHaveLength(1);
    },
    40_000,
  );

  test("steps that share one input file all begin, whichever of them brought it", async () => {
    const file = await upload(home, researcher, "shared.txt", "brought by whoever comes first");
    const held = holdFirst(host.relay, ({ method, path }) => method === "PUT" && path.includes("/inputs/"));
    const steps = Object.fromEntries(
      ["one", "two", "three", "four"].map((name) => [name, { ...remote("join"), with: { input: [file] } }]),
    );
    const id = await submit(home, { steps });
    await held.reached;
    await until("another step has brought the file", async () => {
      return (await look(home, id)).steps.filter(({ state }) => state === "SUCCEEDED").length > 0;
    });
    held.release("pass");
    expect((await untilOver(home, id, 30_000)).steps.map(({ state }) => state)).toEqual(Array(4).fill("SUCCEEDED"));
  }, 60_000);

  test("an acknowledgement that did not arrive is repeated until the host knows", async () => {
    strike(host.relay, "cut", 1e6, ({ path }) => path.includes("/acknowledge"));
    const id = await submit(home, { steps: { only: { ...remote("join"), with: { word: "heard" } } } });
    expect((await untilOver(home, id)).state).toBe("SUCCEEDED");
    const states = async () => {
      const { rows } = await host.db.execute<{ state: string }>(
        sql`select state from hosted_runs where request->>'runId' = ${id}`,
      );
      return rows.map(({ state }) => state);
    };
    expect(await states()).toEqual(["RESULTS_READY"]);
    host.relay.fate = () => "pass";
    await until("the host was told again", async () => (await states()).includes("ACKED"), 30_000);
  }, 60_000);

  test("a host that is away is shown as UNREACHABLE, and the step finishes when it is back", async () => {
    const { drawn, journal } = counted("away", 7);
    const id = await submit(home, drawn);
    await untilStep(home, id, "only", "REMOTE_RUNNING");
    host.relay.fate = () => "cut";
    host.relay.breakAll();
    await untilStep(home, id, "only", "UNREACHABLE");
    expect(stepOf(await look(home, id), "only").proxy?.unreachableSince).not.toBeNull();
    host.relay.fate = () => "pass";
    const view = await untilOver(home, id);
    expect(stepOf(view, "only")).toMatchObject({ state: "SUCCEEDED", attempt: 1, proxy: { unreachableSince: null } });
    expect(await linesOf(journal)).toHaveLength(1);
  }, 40_000);
});

test("a call that may have arrived is never given up because the hub grants nothing more", async () => {
  const { drawn, journal } = counted("stale-grant");
  const { reached, release } = holdFirst(host.relay, ({ method, path }) => method === "PUT" && path.endsWith("/1"));
  const id = await submit(home, drawn);
  await reached;
  await home.db.execute(
    sql`update remote_attempts set grant_expires_at = now() - interval '1 hour' where run_id = ${id}`,
  );
  hub.answers.set("/grants", () => {
    throw new KrdcError("forbidden", "agreement.suspended");
  });
  release("lose_answer");
  expect(stepOf(await untilOver(home, id), "only")).toMatchObject({ state: "SUCCEEDED", attempt: 1 });
  expect(await linesOf(journal)).toHaveLength(1);
});

test("an end that two write at once counts as one attempt", async () => {
  strike(host.relay, "cut", 1e6, ({ path }) => path.includes("/log"));
  const id = await submit(home, { steps: { only: { ...remote("exit-3"), retry: { attempts: 2 } } } });
  const row = await until("it has ended there", async () => {
    const [found] = await listRemoteAttempts(home.ctx, id);
    return found?.state === "FETCHING" && found;
  });
  const end = { outcome: "FAILED" as const, reason: null, exitCode: 3 };
  await Promise.all([settleRemote(home.ctx, row, end), settleRemote(home.ctx, row, end)]);
  host.relay.fate = () => "pass";
  expect(stepOf(await untilOver(home, id), "only")).toMatchObject({ state: "FAILED", attempt: 2 });
});

test("T16: an output that was changed at the host after it was signed is refused, fetched three times and never taken", async () => {
  strike(host.relay, "cut", 1e6, ({ path }) => path.includes("/outputs/"));
  const id = await submit(home, { steps: { only: { ...remote("join"), with: { word: "honest words" } } } });
  const outputs = await until("it has ended there", async () => {
    const { rows } = await host.db.execute<{ sha: string }>(
      sql`select e.outputs->'out'->>'sha256' as sha from executions e join hosted_runs h on h.execution_name = e.name where h.request->>'runId' = ${id} and h.outcome is not null`,
    );
    return rows[0]?.sha;
  });
  await writeFile(joinPath(host.folder, "store", outputs.slice(0, 2), outputs), "forged words");
  const before = host.relay.seen.length;
  host.relay.fate = () => "pass";
  const view = await untilOver(home, id);
  expect(stepOf(view, "only")).toMatchObject({
    state: "FAILED",
    end: "RESULTS_REFUSED",
    attempt: 1,
    reason: { code: "storage.wrong_digest" },
  });
  const fetches = host.relay.seen.slice(before).filter(({ path }) => path.includes("/outputs/"));
  expect(fetches.length).toBeGreaterThanOrEqual(3);
  expect(stepOf(view, "only").outputs).toEqual([]);
});
