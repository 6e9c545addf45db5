import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join as joinPath } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { AppVersion } from "#server/graph/app";
import { checkInvariants } from "../check-invariants";
import { aFramework, type TestFramework } from "../framework.build";
import { aHubDouble, type HubDouble } from "../hub-double.build";
import {
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
} from "../portal.build";
import { packFailOnce, packHow, packJoin } from "../programs.build";
import { until } from "../until.build";

let hub: HubDouble;
let home: TestFramework;
const apps: Record<string, AppVersion> = {};

const app = (name: string): AppVersion => {
  const found = apps[name];
  if (!found) throw new Error(`${name} was not published`);
  return found;
};

beforeAll(async () => {
  hub = await aHubDouble();
  home = await aFramework("home", hub, inject("pgAdminUrl"), { slots: 3 });
  for (const name of ["exit-3", "no-output", "print-50mb", "sleep-long", "count-start", "fork-children"]) {
    apps[name] = await publish(home, await packMisbehaving(name));
  }
  apps.how = await publish(home, await packHow());
  apps.join = await publish(home, await packJoin());
  apps["fail-once"] = await publish(home, await packFailOnce());
});

afterAll(async () => {
  const check = await checkInvariants(home.ctx);
  await home.drop();
  await hub.close();
  expect(check.broken).toEqual([]);
});

const journalAt = (name: string) => joinPath(home.folder, name);
const linesOf = async (path: string) => (await readFile(path, "utf8").catch(() => "")).split("\n").filter(Boolean);
const logOf = (id: string, attempt: number, step = "only") =>
  fetchBytes(home, researcher, `/v1/runs/${id}/steps/${step}/0/log?attempt=${attempt}`);
const cancel = (id: string) => ask(home, researcher, "POST", `/v1/runs/${id}/cancel`, {});
const retry = (id: string, json: object = {}) => ask(home, researcher, "POST", `/v1/runs/${id}/retry`, json);
const untilQuiet = () => until("no app lives", async () => (await home.ctx.runtime.live()).length === 0);

describe("each way in which a program can end has a state, an end and a reason", () => {
  test.each<{ given: string; steps: () => AppVersion; how?: string; end: string; reason: object; exitCode?: number }>([
    {
      given: "exit 3",
      steps: () => app("exit-3"),
      end: "FAILED",
      reason: { code: "app.exited", detail: { exitCode: 3 } },
      exitCode: 3,
    },
    {
      given: "no output file",
      steps: () => app("no-output"),
      end: "FAILED",
      reason: { code: "app.output_missing", detail: { port: "out" } },
      exitCode: 0,
    },
    {
      given: "a signal",
      steps: () => app("how"),
      how: "killed",
      end: "FAILED",
      reason: { code: "app.killed", detail: { signal: "SIGKILL" } },
    },
    {
      given: "two files at a single port",
      steps: () => app("how"),
      how: "two files",
      end: "FAILED",
      reason: { code: "app.output_not_single", detail: { port: "out", count: 2 } },
    },
    {
      given: "a symbolic link as output",
      steps: () => app("how"),
      how: "link",
      end: "FAILED",
      reason: { code: "app.output_not_a_file", detail: { port: "out", name: "out" } },
    },
    {
      given: "a pipe as output",
      steps: () => app("how"),
      how: "fifo",
      end: "FAILED",
      reason: { code: "app.output_not_a_file", detail: { port: "out", name: "out" } },
    },
    {
      given: "a value left out",
      steps: () => app("how"),
      how: "no value",
      end: "FAILED",
      reason: { code: "app.value_missing", detail: { port: "length", kind: "integer" } },
    },
    {
      given: "a value of another kind",
      steps: () => app("how"),
      how: "wrong kind",
      end: "FAILED",
      reason: { code: "app.value_missing", detail: { port: "length", kind: "integer" } },
    },
    {
      given: "values that are no JSON",
      steps: () => app("how"),
      how: "no json",
      end: "FAILED",
      reason: { code: "app.values_not_flat_json", detail: {} },
    },
    {
      given: "values that are not flat",
      steps: () => app("how"),
      how: "deep json",
      end: "FAILED",
      reason: { code: "app.values_not_flat_json", detail: {} },
    },
    {
      given: "more time than it said",
      steps: () => app("how"),
      how: "sleep",
      end: "DEADLINE",
      reason: { code: "app.deadline", detail: { seconds: 1 } },
    },
  ])("$given -> $end", async ({ steps, how, end, reason, exitCode }) => {
    const view = await submitAndEnd(home, { steps: { only: { app: steps(), with: how ? { how } : {} } } });
    expect(view.state).toBe("FAILED");
    expect(stepOf(view, "only")).toMatchObject({ state: "FAILED", end, reason, attempt: 1 });
    if (exitCode !== undefined) expect(stepOf(view, "only").exitCode).toBe(exitCode);
  });

  test("an output may bear a name of the program's own", async () => {
    const view = await submitAndEnd(home, { steps: { only: { app: app("how"), with: { how: "own name" } } } });
    expect(stepOf(view, "only")).toMatchObject({
      state: "SUCCEEDED",
      outputs: [{ port: "out", name: "결과 '이름'.txt" }],
    });
  });

  test("what the command line cannot carry is refused with its reason and never started", async () => {
    const view = await submitAndEnd(home, { steps: { only: { app: app("fork-children"), with: { children: 0.5 } } } });
    expect(stepOf(view, "only")).toMatchObject({
      state: "FAILED",
      attempt: 0,
      reason: { code: "step.values_refused" },
    });
  });

  test.each([
    ["a NUL", "a\u0000b", "request.invalid"],
    ["half of a character", "a\ud83db", "request.not_json"],
  ])("%s in a text is refused at the door", async (_what, word, reason) => {
    const refused = submit(home, { steps: { only: { app: app("join"), with: { word } } } });
    await expect(refused).rejects.toMatchObject({ kind: "invalid", reason });
  });
});

describe("the log of 50 MB", () => {
  const size = 50 * 2 ** 20;
  const readAll = async (id: string) => {
    const hash = createHash("sha256");
    let offset = 0;
    for (;;) {
      const part = await fetchBytes(home, researcher, `/v1/runs/${id}/steps/only/0/log?offset=${offset}`);
      if (part.length === 0) return { sha256: hash.digest("hex"), offset };
      hash.update(part);
      offset += part.length;
    }
  };
  const expected = () => {
    const line = Buffer.from("가나다라마바사아자차 0123456789 abcdefghijklmnop\n");
    const count = Math.floor(2 ** 20 / line.length);
    const rest = 2 ** 20 % line.length;
    const block = Buffer.concat([...Array(count).fill(line), Buffer.from(`${".".repeat(rest - 1)}\n`)]);
    const hash = createHash("sha256");
    for (let n = 0; n < 50; n += 1) hash.update(block);
    return hash.digest("hex");
  };

  test("is complete by offset when the cap allows it", async () => {
    const view = await submitAndEnd(home, { steps: { only: { app: app("print-50mb") } } }, 30_000);
    expect(stepOf(view, "only")).toMatchObject({ state: "SUCCEEDED", logBytes: size });
    expect(await readAll(view.id)).toEqual({ sha256: expected(), offset: size });
  });

  test("is cut at the cap with a notice, and the program succeeds all the same", async () => {
    await home.shutDown();
    await home.start({ slots: 3, logBytes: 100_000 });
    const view = await submitAndEnd(home, { steps: { only: { app: app("print-50mb") } } }, 30_000);
    expect(view.state).toBe("SUCCEEDED");
    const log = (await logOf(view.id, 1)).toString("utf8");
    expect(Buffer.byteLength(log)).toBeLessThan(100_500);
    expect(log.trimEnd().endsWith("later output is dropped.")).toBe(true);
    expect(log).not.toContain("\uFFFD");
    await home.shutDown();
    await home.start();
  });
});

describe("retry", () => {
  test("the policy starts another attempt, and both logs are kept", async () => {
    const step = { app: app("fail-once"), with: { mark: journalAt("mark-1") }, retry: { attempts: 2 } };
    const view = await submitAndEnd(home, { steps: { only: step } });
    expect(stepOf(view, "only")).toMatchObject({ state: "SUCCEEDED", attempt: 2, end: "SUCCEEDED", reason: null });
    expect([String(await logOf(view.id, 1)), String(await logOf(view.id, 2))]).toEqual(["first\n", "second\n"]);
  });

  test("no more attempts are made than the policy allows", async () => {
    const view = await submitAndEnd(home, { steps: { only: { app: app("exit-3"), retry: { attempts: 3 } } } });
    expect(stepOf(view, "only")).toMatchObject({ state: "FAILED", attempt: 3, end: "FAILED" });
  });

  test("a person's retry of a failed step reopens what was skipped because of it", async () => {
    const id = await submit(home, {
      steps: {
        only: { app: app("fail-once"), with: { mark: journalAt("mark-2") } },
        after: { app: app("join"), with: { input: [{ from: "only.out" }] } },
        last: { app: app("join"), with: { input: [{ from: "after.out" }] } },
        beside: { app: app("join"), with: { word: "x" } },
      },
      outputs: { text: "last.out" },
    });
    const failed = await untilOver(home, id);
    const states = (view: typeof failed) =>
      Object.fromEntries(view.steps.map((step) => [step.id, `${step.state} ${step.attempt}`]));
    expect(states(failed)).toEqual({ only: "FAILED 1", after: "SKIPPED 0", last: "SKIPPED 0", beside: "SUCCEEDED 1" });
    await retry(id, { step: "only" });
    const view = await untilOver(home, id);
    expect(view.state).toBe("SUCCEEDED");
    expect(states(view)).toEqual({
      only: "SUCCEEDED 2",
      after: "SUCCEEDED 1",
      last: "SUCCEEDED 1",
      beside: "SUCCEEDED 1",
    });
    expect(await readOutput(home, view, "text")).toEqual(["[out.txt:[out.txt:second time]]"]);
  });

  test("what did not fail cannot be retried", async () => {
    const view = await submitAndEnd(home, { steps: { only: { app: app("join") } } });
    await expect(retry(view.id)).rejects.toMatchObject({ kind: "conflict", reason: "run.nothing_failed" });
  });
});

describe("cancel", () => {
  test("ends what runs, what is queued for a slot and what waits; nothing is left alive", async () => {
    const sleeping = { app: app("sleep-long"), with: { seconds: 600 } };
    const steps = {
      a: sleeping,
      b: sleeping,
      c: sleeping,
      d: sleeping,
      e: sleeping,
      waits: { app: app("join"), with: { input: [{ from: "a.out" }] } },
    };
    const id = await submit(home, { steps });
    await until(
      "three run",
      async () => (await look(home, id)).steps.filter(({ state }) => state === "RUNNING").length === 3,
    );
    expect((await look(home, id)).steps.map(({ state }) => state).sort()).toEqual([
      "READY",
      "READY",
      "RUNNING",
      "RUNNING",
      "RUNNING",
      "WAITING",
    ]);
    await cancel(id);
    await cancel(id);
    const view = await untilOver(home, id);
    expect(view.state).toBe("CANCELLED");
    expect(view.steps.map(({ state }) => state)).toEqual(Array(6).fill("CANCELLED"));
    await untilQuiet();
  });

  test("a run that is over stays as it ended", async () => {
    const view = await submitAndEnd(home, { steps: { only: { app: app("join") } } });
    await cancel(view.id);
    expect((await look(home, view.id)).state).toBe("SUCCEEDED");
  });

  test("a cancelled run can be tried again from where it stood", async () => {
    const id = await submit(home, {
      steps: {
        only: { app: app("sleep-long"), with: { seconds: 600 } },
        after: { app: app("join"), with: { input: [{ from: "only.out" }] } },
      },
    });
    await untilStep(home, id, "only", "RUNNING");
    await cancel(id);
    await untilOver(home, id);
    await retry(id);
    await untilStep(home, id, "only", "RUNNING");
    expect(stepOf(await look(home, id), "after").state).toBe("WAITING");
    await cancel(id);
    expect((await untilOver(home, id)).steps.map(({ state, attempt }) => `${state} ${attempt}`)).toEqual([
      "CANCELLED 2",
      "CANCELLED 0",
    ]);
  });

  test("a program and its strays that ignore SIGTERM are ended too", async () => {
    const id = await submit(home, { steps: { only: { app: app("fork-children"), with: { wait: true } } } });
    const log = await until("the strays are named", async () => {
      const text = String(await logOf(id, 1));
      return text.includes("left") && text;
    });
    await cancel(id);
    expect((await untilOver(home, id)).state).toBe("CANCELLED");
    for (const pid of log.match(/\d+/g) ?? []) expect(() => process.kill(Number(pid), 0)).toThrow("ESRCH");
  });
});

describe("a framework that goes away", () => {
  const counted = (journal: string, seconds = 1.5) => ({
    steps: { only: { app: app("count-start"), with: { journal, seconds } } },
  });

  test("suddenly: finds its running apps again and starts none of them twice", async () => {
    const journal = journalAt("crash.journal");
    const id = await submit(home, counted(journal));
    await untilStep(home, id, "only", "RUNNING");
    await home.crash();
    await home.start();
    expect(stepOf(await untilOver(home, id), "only")).toMatchObject({ state: "SUCCEEDED", attempt: 1 });
    expect(await linesOf(journal)).toHaveLength(1);
  });

  test("suddenly, and the app ends meanwhile: its end is read when it is back", async () => {
    const journal = journalAt("ended.journal");
    const id = await submit(home, counted(journal, 0.3));
    const started = await until("it started", async () => (await linesOf(journal)).length === 1);
    expect(started).toBe(true);
    await home.crash();
    const pid = Number((await linesOf(journal))[0]?.split(" ")[0]);
    await until("the app is gone", () => !isAlive(pid));
    await home.start();
    expect(stepOf(await untilOver(home, id), "only")).toMatchObject({ state: "SUCCEEDED", attempt: 1 });
    expect(await linesOf(journal)).toHaveLength(1);
  });

  test("in order: ends its apps as INTERRUPTED and starts a new attempt that no policy counts", async () => {
    const journal = journalAt("term.journal");
    const id = await submit(home, counted(journal));
    await until("it started", async () => (await linesOf(journal)).length === 1);
    await home.shutDown();
    await home.start();
    expect(stepOf(await untilOver(home, id), "only")).toMatchObject({ state: "SUCCEEDED", attempt: 2 });
    expect(await linesOf(journal)).toHaveLength(2);
  });

  test("with its app and supervisor: the attempt is lost, and only the policy makes another", async () => {
    const journal = journalAt("lost.journal");
    const drawn = counted(journal, 600);
    const id = await submit(home, drawn);
    await until("it started", async () => (await linesOf(journal)).length === 1);
    const [name = ""] = await home.ctx.runtime.live();
    await home.crash();
    const started = JSON.parse(await readFile(joinPath(home.folder, "runtime/tasks", name, "started"), "utf8"));
    process.kill(started.pid, "SIGKILL");
    await home.start();
    const view = await untilOver(home, id);
    expect(stepOf(view, "only")).toMatchObject({
      state: "FAILED",
      attempt: 1,
      end: "LOST_ON_HOST",
      reason: { code: "execution.lost" },
    });
    expect(await linesOf(journal)).toHaveLength(1);
    await untilQuiet();
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
