import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { AppVersion } from "#server/graph/app";
import { checkInvariants } from "../check-invariants";
import { aFramework, type TestFramework } from "../framework.build";
import { aHubDouble, type HubDouble } from "../hub-double.build";
import {
  aSubmission,
  ask,
  fetchBytes,
  look,
  packMisbehaving,
  publish,
  readOutput,
  researcher,
  researcher2,
  stepOf,
  submit,
  submitAndEnd,
  untilOver,
  upload,
} from "../portal.build";
import { packJoin, packSplit } from "../programs.build";
import { until } from "../until.build";

let hub: HubDouble;
let home: TestFramework;
let join: AppVersion;
let split: AppVersion;
let echo: AppVersion;

beforeAll(async () => {
  hub = await aHubDouble();
  home = await aFramework("home", hub, inject("pgAdminUrl"), { slots: 6 });
  [join, split, echo] = [
    await publish(home, await packJoin()),
    await publish(home, await packSplit()),
    await publish(home, await packMisbehaving("echo-arguments")),
  ];
});

afterAll(async () => {
  const check = await checkInvariants(home.ctx);
  await home.drop();
  await hub.close();
  expect(check.broken).toEqual([]);
});

describe("values and files flow along the links of a workflow", () => {
  test("a chain hands each step's file to the next", async () => {
    const view = await submitAndEnd(home, {
      steps: {
        first: { app: join, with: { word: "가" } },
        second: { app: join, with: { word: "나", input: [{ from: "first.out" }] } },
        third: { app: join, with: { word: "다", input: [{ from: "second.out" }] } },
      },
      outputs: { text: "third.out", length: "third.length" },
    });
    expect(view.state).toBe("SUCCEEDED");
    expect(await readOutput(home, view, "text")).toEqual(["다[out.txt:나[out.txt:가]]"]);
    expect(view.outputs.find(({ name }) => name === "length")?.value).toBe("다[out.txt:나[out.txt:가]]".length);
  });

  test("a fan runs its branches at once and joins them in the order of the links", async () => {
    const view = await submitAndEnd(home, {
      steps: {
        root: { app: join, with: { word: "r" } },
        left: { app: join, with: { word: "l", input: [{ from: "root.out" }] } },
        right: { app: join, with: { word: "r", input: [{ from: "root.out" }] } },
        end: { app: join, with: { input: [{ from: "left.out" }, { from: "right.out" }] } },
      },
      outputs: { text: "end.out" },
    });
    expect(await readOutput(home, view, "text")).toEqual(["[out.txt:l[out.txt:r]][out.txt:r[out.txt:r]]"]);
  });

  test("a step that nothing links to another run at once, and the run reports every step", async () => {
    const steps = Object.fromEntries(["a", "b", "c"].map((word) => [word, { app: join, with: { word } }]));
    const view = await submitAndEnd(home, { steps });
    expect(view.steps.map(({ id, state, attempt }) => ({ id, state, attempt }))).toEqual(
      ["a", "b", "c"].map((id) => ({ id, state: "SUCCEEDED", attempt: 1 })),
    );
  });

  test("the hub hears how the run ended", async () => {
    const view = await submitAndEnd(home, { steps: { only: { app: join, with: { word: "x" } } } });
    await until("the summary of the end", () =>
      hub.asked.some(({ path, json }) => {
        if (path !== "/run-summaries") return false;
        const { summaries } = json as { summaries: { id: string; state: string; stepsDone: number }[] };
        return summaries.some(({ id, state }) => id === view.id && state === "SUCCEEDED");
      }),
    );
  });
});

describe("a scattered step runs once for each element", () => {
  test("its outputs become a list in the order of the elements", async () => {
    const view = await submitAndEnd(home, {
      steps: {
        each: { app: join, with: { word: ["c", "a", "b"] }, scatter: ["word"] },
        all: { app: join, with: { input: { from: "each.out" } } },
      },
      outputs: { text: "all.out", words: "each.out" },
    });
    expect(view.state).toBe("SUCCEEDED");
    expect(await readOutput(home, view, "text")).toEqual(["[out.txt:c][out.txt:a][out.txt:b]"]);
    expect(await readOutput(home, view, "words")).toEqual(["c", "a", "b"]);
    expect([0, 1, 2].map((index) => stepOf(view, "each", index).state)).toEqual(Array(3).fill("SUCCEEDED"));
  });

  test("the files of a folder are such a list", async () => {
    const view = await submitAndEnd(home, {
      steps: {
        parts: { app: split, with: { count: 3 } },
        each: { app: join, with: { input: { from: "parts.parts" } }, scatter: ["input"] },
      },
      outputs: { texts: "each.out" },
    });
    expect(await readOutput(home, view, "texts")).toEqual([0, 1, 2].map((n) => `[part ${n} 조각.txt:${n}]`));
  });

  test("an empty list succeeds at once and hands on an empty list", async () => {
    const view = await submitAndEnd(home, {
      steps: {
        none: { app: split, with: { count: 0 } },
        each: { app: join, with: { input: { from: "none.parts" } }, scatter: ["input"] },
        all: { app: join, with: { word: "w", input: { from: "each.out" } } },
      },
      outputs: { text: "all.out" },
    });
    expect(view.state).toBe("SUCCEEDED");
    expect(view.steps.find(({ id }) => id === "each")).toMatchObject({ state: "SUCCEEDED", attempt: 0 });
    expect(await readOutput(home, view, "text")).toEqual(["w"]);
  });

  test("one failing instance fails the run, the others are finished, what follows is skipped", async () => {
    const view = await submitAndEnd(home, {
      steps: {
        each: { app: join, with: { word: ["a", "fail", "b"] }, scatter: ["word"] },
        all: { app: join, with: { input: { from: "each.out" } } },
      },
    });
    expect(view.state).toBe("FAILED");
    expect([0, 1, 2].map((index) => stepOf(view, "each", index).state)).toEqual(["SUCCEEDED", "FAILED", "SUCCEEDED"]);
    expect(stepOf(view, "all")).toMatchObject({ state: "SKIPPED", reason: { code: "step.parent_failed" } });
  });
});

test("a step whose condition is false is skipped with all that hangs on it, and the run succeeds", async () => {
  const view = await submitAndEnd(home, {
    inputs: { wanted: 1 },
    steps: {
      maybe: { app: join, with: { word: "m" }, when: "inputs.wanted > 1" },
      below: { app: join, with: { input: [{ from: "maybe.out" }] } },
      free: { app: join, with: { word: "f" }, when: "inputs.wanted == 1" },
    },
  });
  expect(view.state).toBe("SUCCEEDED");
  expect(stepOf(view, "maybe")).toMatchObject({ state: "SKIPPED", reason: { code: "step.condition_false" } });
  expect(stepOf(view, "below")).toMatchObject({ state: "SKIPPED", reason: { code: "step.parent_skipped" } });
  expect(stepOf(view, "free").state).toBe("SUCCEEDED");
});

test("names of files and values of parameters survive in Korean, with spaces and quotes", async () => {
  const name = `관측 '자료' "둘" $(x) ;.csv`;
  const word = `이산화탄소 --x="농도" '값' \\ $HOME %s`;
  const file = await upload(home, researcher, name, "값\n");
  const view = await submitAndEnd(home, {
    inputs: { file },
    steps: {
      echo: {
        app: echo,
        with: {
          words: [word, "두 번째"],
          tag: [word, "--tag=-x"],
          colour: "파랑",
          file: { from: "inputs.file" },
          files: [file, file],
        },
      },
    },
    outputs: { out: "echo.out", first: "echo.first_word" },
  });
  expect(view.state).toBe("SUCCEEDED");
  const [text = ""] = await readOutput(home, view, "out");
  const content = { name, hex: Buffer.from("값\n").toString("hex") };
  expect(JSON.parse(text)).toMatchObject({
    words: [word, "두 번째"],
    tag: [word, "--tag=-x"],
    colour: "파랑",
    file: content,
    files: [content, content],
  });
  expect(view.outputs.find((output) => output.name === "first")?.value).toBe(word);
});

describe("a run is its owner's alone", () => {
  test.each([
    ["the run", (id: string) => `/v1/runs/${id}`],
    ["its log", (id: string) => `/v1/runs/${id}/steps/only/0/log`],
    ["its live stream", (id: string) => `/v1/runs/${id}/events`],
  ])("another user does not find %s", async (_what, pathOf) => {
    const { id } = await submitAndEnd(home, { steps: { only: { app: join, with: { word: "secret" } } } });
    await expect(ask(home, researcher2, "GET", pathOf(id))).rejects.toMatchObject({
      kind: "not_found",
      reason: "run.not_found",
    });
  });

  test("another user finds neither its files nor may cancel, retry or submit it again", async () => {
    const view = await submitAndEnd(home, {
      steps: { only: { app: join, with: { word: "s" } } },
      outputs: { o: "only.out" },
    });
    const sha256 = view.outputs[0]?.files[0]?.sha256 ?? "";
    expect(await fetchBytes(home, researcher, `/v1/runs/${view.id}/files/${sha256}`)).toEqual(Buffer.from("s"));
    const other = await submitAndEnd(home, { steps: { only: { app: join, with: { word: "t" } } } });
    const notFound = { kind: "not_found" };
    await expect(fetchBytes(home, researcher2, `/v1/runs/${view.id}/files/${sha256}`)).rejects.toMatchObject(notFound);
    await expect(fetchBytes(home, researcher, `/v1/runs/${other.id}/files/${sha256}`)).rejects.toMatchObject(notFound);
    await expect(ask(home, researcher2, "POST", `/v1/runs/${view.id}/cancel`, {})).rejects.toMatchObject(notFound);
    await expect(ask(home, researcher2, "POST", `/v1/runs/${view.id}/retry`, {})).rejects.toMatchObject(notFound);
    const again = aSubmission({ steps: { only: { app: join, with: { word: "s" } } } });
    await expect(ask(home, researcher2, "PUT", `/v1/runs/${view.id}`, again)).rejects.toMatchObject(notFound);
  });

  test("knowing a file's digest is no permission to use it", async () => {
    const file = await upload(home, researcher, "mine.txt", "mine only");
    const drawn = { inputs: { file }, steps: { only: { app: join, with: { input: [{ from: "inputs.file" }] } } } };
    await expect(submit(home, drawn, researcher2)).rejects.toMatchObject({ reason: "storage.file_not_found" });
    const literal = { steps: { only: { app: join, with: { input: [file] } } } };
    await expect(submit(home, literal, researcher2)).rejects.toMatchObject({ reason: "storage.file_not_found" });
  });
});

test("a file under another size than it has is not found, so that no transfer is begun that cannot end", async () => {
  const file = await upload(home, researcher, "sized.txt", "twelve bytes");
  const lie = { steps: { only: { app: join, with: { input: [{ ...file, size: 3 }] } } } };
  await expect(submit(home, lie)).rejects.toMatchObject({ reason: "storage.file_not_found" });
});

describe("a submission is taken in once", () => {
  const drawn = () => ({ steps: { only: { app: join, with: { word: "w" } } } });

  test("the same submission twice, also at once, is one run", async () => {
    const id = randomUUID();
    const submission = aSubmission(drawn());
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => ask(home, researcher, "PUT", `/v1/runs/${id}`, submission)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201]);
    await untilOver(home, id);
    expect((await ask(home, researcher, "PUT", `/v1/runs/${id}`, submission)).status).toBe(200);
    expect((await look(home, id)).steps).toMatchObject([{ attempt: 1, state: "SUCCEEDED" }]);
  });

  test("another submission under the same id is refused", async () => {
    const id = await submit(home, drawn());
    const other = aSubmission({ steps: { only: { app: join, with: { word: "other" } } } });
    await expect(ask(home, researcher, "PUT", `/v1/runs/${id}`, other)).rejects.toMatchObject({
      kind: "conflict",
      reason: "run.other_submission",
    });
  });

  test.each([
    ["an unknown field", (s: object) => ({ ...s, more: 1 }), "request.invalid"],
    [
      "an app that this cluster did not build",
      (s: ReturnType<typeof aSubmission>) => ({
        ...s,
        apps: { only: { ...join, digest: `sha256:${"1".repeat(64)}` } },
      }),
      "app.image_missing",
    ],
    ["a step without a place", (s: object) => ({ ...s, placements: {} }), "request.invalid"],
    ["a step without its app", (s: object) => ({ ...s, apps: {} }), "request.invalid"],
    [
      "a remote step without an agreement",
      (s: ReturnType<typeof aSubmission>) => ({
        ...s,
        placements: { only: { ...s.placements.only, placement: "remote" } },
      }),
      "agreement.missing",
    ],
  ])("%s is refused before anything is written", async (_what, change, reason) => {
    const id = randomUUID();
    const changed = change(aSubmission(drawn()));
    await expect(ask(home, researcher, "PUT", `/v1/runs/${id}`, changed)).rejects.toMatchObject({ reason });
    await expect(look(home, id)).rejects.toMatchObject({ kind: "not_found" });
  });
});

test("200 steps in one workflow all run, each once", async () => {
  const steps = Object.fromEntries(
    Array.from({ length: 200 }, (_, place) => [
      `s${place}`,
      { app: join, with: { word: String(place), ...(place < 20 ? {} : { input: [{ from: `s${place - 20}.out` }] }) } },
    ]),
  );
  const view = await submitAndEnd(home, { steps }, 90_000);
  expect(view.state).toBe("SUCCEEDED");
  expect(view.steps).toHaveLength(200);
  expect(view.steps.every(({ state, attempt }) => state === "SUCCEEDED" && attempt === 1)).toBe(true);
}, 100_000);
