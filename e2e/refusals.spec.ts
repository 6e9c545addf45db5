import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { sendSignal } from "#server/launch/supervision/signals";
import type { RunView } from "#server/protocol/run-view";
import { Person, stepOf, until } from "./setup/command-line";
import { serviceOf, tasksOfStep } from "./setup/processes";
import { registerApp, samples, samplesLoaded, writeWorkflow } from "./setup/sample-apps";

const house = inject("house");
const folder = mkdtempSync(join(tmpdir(), "krdc 거절 "));
const apps: Record<string, string> = {};
let researcher: Person;
let operator: Person;

beforeAll(async () => {
  await samplesLoaded(house);
  const wanted: [string, Parameters<typeof registerApp>[3]][] = [
    ["exit-3", {}],
    ["print-50mb", {}],
    ["no-output", {}],
    ["echo-arguments", {}],
    ["fork-children", {}],
    ["sleep-long", {}],
    ["sleep-long", { name: "sleep-two-seconds", durationSeconds: 2 }],
    ["sleep-long", { name: "sleep-until-revoked" }],
    ["sleep-long", { name: "sleep-until-left" }],
    ["sleep-long", { name: "sleep-until-back" }],
  ];
  for (const [app, changes] of wanted) {
    apps[changes?.name ?? app] = await registerApp(house, "bio", app, changes);
  }
  researcher = await Person.as(house, "researcher");
  operator = await Person.as(house, "operator-bio");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A workflow of one remote step, home in materials. */
function oneStep(app: string, values: Record<string, unknown> = {}, outputs = {}): string {
  return writeWorkflow(folder, app, { steps: { only: { app: apps[app], with: values } }, outputs });
}

const submit = (path: string) => researcher.submit(path, { home: "materials" });

async function ended(app: string, values: Record<string, unknown> = {}): Promise<RunView> {
  return researcher.untilOver(await submit(oneStep(app, values)));
}

const attemptOf = (run: string) => ({ home: "materials", run, step: "only" });
const remotelyRunning = (run: string) =>
  researcher.until(run, "the app to run in the other cluster", (view) => {
    return stepOf(view, "only").state === "REMOTE_RUNNING" && tasksOfStep(house.home, attemptOf(run)).apps.length > 0;
  });

/** Neither the app, nor what it forked, nor its proxy. */
async function nothingRunsOf(run: string): Promise<void> {
  const left = () => tasksOfStep(house.home, attemptOf(run));
  const isEmpty = () => left().apps.length + left().proxies.length === 0 || undefined;
  await until("no process is left of the step", isEmpty, 10_000, () => JSON.stringify(left()));
}

describe("an app that ends badly in the other cluster", () => {
  test.concurrent.each([
    { app: "exit-3", step: { end: "FAILED", exitCode: 3, reason: { code: "app.exited", detail: { exitCode: 3 } } } },
    { app: "no-output", step: { end: "FAILED", exitCode: 0, reason: { code: "app.output_missing" } } },
    { app: "sleep-two-seconds", step: { end: "DEADLINE", reason: { code: "app.deadline" } } },
  ])("$app: the step says how it ended, the run fails, nothing is left running", async ({ app, step }) => {
    const view = await ended(app);
    expect(view.state).toBe("FAILED");
    expect(stepOf(view, "only")).toMatchObject({ state: "FAILED", attempt: 1, placement: "remote", ...step });
    await nothingRunsOf(view.id);
  });

  test("its error output is read from home, and `--wait` ends with 1 and the run's state", async () => {
    const said = await researcher.trySubmit(oneStep("exit-3"), { home: "materials" }, "--wait");
    expect({ code: said.code, ...JSON.parse(said.out) }).toMatchObject({ code: 1, state: "FAILED" });
    expect(said.err).toMatch(/^run\.ended: The run ended FAILED\.$/m);
    const { out } = await researcher.krdc("run", "logs", JSON.parse(said.out).id, "only");
    expect(out).toBe("cannot go on: the detector is cold\n");
  });
});

test("50 MB of output are kept whole, and the byte count is right", async () => {
  const view = await ended("print-50mb", { megabytes: 50 });
  const line = Buffer.from("가나다라마바사아자차 0123456789 abcdefghijklmnop\n");
  const block = Buffer.alloc(2 ** 20, line);
  const whole = Math.floor(block.length / line.length) * line.length;
  block.fill(".", whole).fill("\n", block.length - 1);
  const wanted = createHash("sha256");
  for (let megabyte = 0; megabyte < 50; megabyte += 1) wanted.update(block);
  expect(stepOf(view, "only")).toMatchObject({ state: "SUCCEEDED", logBytes: 50 * 2 ** 20 });
  const { bytes } = await researcher.krdc("run", "logs", view.id, "only");
  expect(bytes.length).toBe(50 * 2 ** 20);
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(wanted.digest("hex"));
});

test("names and values in Korean, with spaces, quotes and what a shell would read, come through as they are", async () => {
  const words = ["빈 칸", "따옴표 \" 와 '작은 것'", "$HOME; rm -rf *", "`date` | 줄\\n", "한글"];
  const name = "자료 \"하나\" '둘' & 셋.txt";
  writeFileSync(join(folder, name), "내용\n");
  const path = writeWorkflow(folder, "echo", {
    inputs: {
      file: { type: "file" },
      files: { type: "file[]" },
      words: { type: "string[]" },
      word: { type: "string" },
    },
    steps: {
      only: {
        app: apps["echo-arguments"],
        with: {
          ...{ file: { from: "inputs.file" }, files: { from: "inputs.files" }, words: { from: "inputs.words" } },
          ...{ word: { from: "inputs.word" }, colour: "파랑", flag: true, integer: -3, number: 2.5, tag: ["a b", "c"] },
        },
      },
    },
    outputs: { seen: { from: "only.out" }, first: { from: "only.first_word" } },
  });
  const file = join(folder, name);
  const set = { words, word: words[1] };
  const files: [string, string][] = [
    ["file", file],
    ["files", file],
    ["files", file],
  ];
  const said = await researcher.trySubmit(path, { home: "materials", set, files }, "--wait");
  expect(said.code, said.err).toBe(0);
  const to = join(folder, "받은 것");
  await researcher.json("run", "fetch", JSON.parse(said.out).id, "--to", to);
  const one = { name, hex: Buffer.from("내용\n").toString("hex") };
  expect(JSON.parse(readFileSync(join(to, "seen/out.json"), "utf8"))).toEqual({
    ...{ words, word: words[1], colour: "파랑", flag: true, keep: true, integer: -3, number: 2.5, tag: ["a b", "c"] },
    ...{ file: one, files: [one, one] },
  });
  expect(JSON.parse(readFileSync(join(to, "first/value.json"), "utf8"))).toBe(words[1]);
});

test("everything that is wrong with parameters and inputs is told at once, each at its field, before anything starts", async () => {
  const path = writeWorkflow(folder, "wrong", {
    inputs: { count: { type: "integer" }, table: { type: "file" } },
    steps: {
      first: { app: apps["echo-arguments"], with: { integer: "seven", colour: "purple", unknown: 1 } },
      second: {
        app: apps["echo-arguments"],
        with: { number: { from: "first.nothing" }, flag: { from: "inputs.count" } },
      },
    },
    outputs: { seen: { from: "second.nowhere" } },
  });
  const before = await researcher.json<{ items: unknown[] }>("run", "list");
  const said = await researcher.trySubmit(path, { home: "materials", set: { count: 3 }, files: [["table", path]] });
  expect({ code: said.code, out: said.out }).toEqual({ code: 1, out: "" });
  const fields = [...said.err.matchAll(/^ {2}(\S+): .+ \[[a-z_.:]+\]$/gm)].map(([, field]) => field);
  const wanted = [
    ...[
      "inputs.count",
      "outputs.seen",
      "steps.first.with.colour",
      "steps.first.with.integer",
      "steps.first.with.unknown",
    ],
    ...["steps.second.with.flag", "steps.second.with.number"],
  ];
  expect(fields.sort()).toEqual(wanted);

  const document = JSON.parse(readFileSync(path, "utf8"));
  const answer = await fetch(`${house.url}/api/v1/runs`, {
    method: "POST",
    headers: { authorization: `Bearer ${researcher.token}`, "content-type": "application/json" },
    body: JSON.stringify({ workflow: document, home: "materials", inputs: { count: "three" } }),
  });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([422, "application/problem+json"]);
  const problem = await answer.json();
  const problems: { path: string }[] = problem.problems ?? problem.detail.problems;
  expect(problems.map((one) => one.path).sort()).toEqual([...wanted, "inputs.table"].sort());
  expect((await researcher.json<{ items: unknown[] }>("run", "list")).items.length).toBe(before.items.length);
});

describe("permission", () => {
  test("an app that is given on request is refused in words before anything starts", async () => {
    const path = writeWorkflow(folder, "on-request", {
      inputs: { structure: { type: "file" } },
      steps: {
        planes: { app: "materials/lattice-spacing", with: { structure: { from: "inputs.structure" }, hkl: ["1,0,1"] } },
      },
    });
    const files: [string, string][] = [["structure", join(samples, "data/structures/quartz.json")]];
    const said = await researcher.trySubmit(path, { home: "bio", files });
    expect({ code: said.code, out: said.out }).toEqual({ code: 1, out: "" });
    expect(said.err).toMatch(
      /^agreement\.missing: .+\n {2}steps\.planes: materials\/lattice-spacing \[agreement\.missing\]$/m,
    );
    const at = await researcher.trySubmit(path, { home: "materials", files }, "--wait");
    expect(at.code, at.err).toBe(0);
  });

  test("taken away by the operator in mid-way: the app is ended, the step says why, and the next submit is refused", async () => {
    const path = oneStep("sleep-until-revoked");
    const run = await submit(path);
    const { proxy } = stepOf(await remotelyRunning(run), "only");
    await operator.json("agreement", "revoke", proxy?.agreementId ?? "");
    const view = await researcher.untilOver(run);
    expect(view.state).toBe("FAILED");
    expect(stepOf(view, "only")).toMatchObject({
      state: "FAILED",
      end: "REVOKED",
      reason: { code: "agreement.revoked" },
    });
    await nothingRunsOf(run);
    const again = await researcher.trySubmit(path, { home: "materials" });
    expect(again.code).toBe(1);
    expect(again.err).toMatch(
      /^agreement\.revoked: .+\n {2}steps\.only: bio\/sleep-until-revoked \[agreement\.revoked\]$/m,
    );
  });

  test("given back by the researcher: what runs is ended, and the next submit agrees anew under the open offer", async () => {
    const path = oneStep("sleep-until-left", { seconds: 600 });
    const run = await submit(path);
    const { proxy } = stepOf(await remotelyRunning(run), "only");
    await researcher.json("agreement", "revoke", proxy?.agreementId ?? "");
    expect(stepOf(await researcher.untilOver(run), "only")).toMatchObject({ state: "FAILED", end: "REVOKED" });
    await nothingRunsOf(run);
    const again = await researcher.untilOver(await submit(oneStep("sleep-until-left", { seconds: 0 })));
    expect(again.state).toBe("SUCCEEDED");
    expect(stepOf(again, "only").proxy?.agreementId).not.toBe(proxy?.agreementId);
  });
});

describe("cancelled while it runs in the other cluster", () => {
  test.concurrent.each([
    { app: "sleep-long", values: {} },
    { app: "fork-children", values: { wait: true } },
  ])("$app ends CANCELLED in both, and no process is left", async ({ app, values }) => {
    const run = await submit(oneStep(app, values));
    await remotelyRunning(run);
    await researcher.json("run", "cancel", run);
    const view = await researcher.untilOver(run);
    expect(view.state).toBe("CANCELLED");
    expect(stepOf(view, "only")).toMatchObject({ state: "CANCELLED", end: "CANCELLED" });
    await nothingRunsOf(run);
  });
});

test("while the other cluster's gateway is silent a step is shown as unreachable; what was asked meanwhile holds when it is back", async () => {
  const [finishing, cancelled, revoked] = [
    await submit(oneStep("sleep-long", { seconds: 5 })),
    await submit(oneStep("sleep-long", { seconds: 600 })),
    await submit(oneStep("sleep-until-back", { seconds: 600 })),
  ];
  for (const run of [finishing, cancelled]) await remotelyRunning(run);
  const { proxy } = stepOf(await remotelyRunning(revoked), "only");
  const { pid } = serviceOf(house.home, "bio");
  sendSignal(pid, "SIGSTOP");
  try {
    await researcher.json("run", "cancel", cancelled);
    const asked = await researcher.json<{ state: string }>("agreement", "revoke", proxy?.agreementId ?? "");
    expect(asked.state, "the host has not acknowledged it yet").toBe("REVOKING");
    const away = await researcher.until(
      finishing,
      "UNREACHABLE",
      (view) => stepOf(view, "only").state === "UNREACHABLE",
    );
    expect(stepOf(away, "only").proxy?.unreachableSince).toMatch(/^\d{4}-/);
    expect(away.state).toBe("RUNNING");
    expect(stepOf(await researcher.until(cancelled, "a look", () => true), "only").state).toBe("CANCELLING");
  } finally {
    sendSignal(pid, "SIGCONT");
  }
  const ends = [];
  for (const run of [finishing, cancelled, revoked]) {
    ends.push(stepOf(await researcher.untilOver(run), "only"));
    await nothingRunsOf(run);
  }
  expect(ends).toMatchObject([
    { end: "SUCCEEDED", attempt: 1, proxy: { unreachableSince: null } },
    { end: "CANCELLED" },
    { end: "REVOKED", reason: { code: "agreement.revoked" } },
  ]);
});

test("another user's run is not found, whatever is asked of it", async () => {
  const view = await ended("echo-arguments", { word: "mine" });
  const other = await Person.as(house, "researcher2");
  for (const words of [["show"], ["logs"], ["fetch"], ["cancel"], ["retry"]]) {
    const said = await other.krdc("run", ...words, view.id);
    expect({ words, code: said.code, out: said.out }).toEqual({ words, code: 1, out: "" });
    expect(said.err).toMatch(/^run\.not_found: /);
  }
  const listed = await other.json<{ items: { id: string }[] }>("run", "list");
  expect(listed.items.map(({ id }) => id)).not.toContain(view.id);
});

test("after all this every invariant holds", async () => {
  const said = await researcher.krdc("check");
  expect({ code: said.code, out: said.out }).toEqual({ code: 0, out: "Everything holds.\n" });
});
