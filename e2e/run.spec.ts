import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { npmRunKrdc, Person, stepOf } from "./setup/command-line";
import { registerApp, samples, samplesLoaded, writeWorkflow } from "./setup/sample-apps";

const house = inject("house");
const folder = mkdtempSync(join(tmpdir(), "krdc 실행 "));
const workflow = (name: string) => join(samples, "workflows", `${name}.json`);
const data = (name: string) => join(samples, "data", name);
let researcher: Person;

beforeAll(async () => {
  await samplesLoaded(house);
  researcher = await Person.as(house, "researcher");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Shown = { id: string; state: string; home: string; steps: Record<string, unknown>[] };

/** Runs a built program of the house as a person would by hand. */
async function byHand(cluster: string, app: string, words: string[]): Promise<void> {
  const found = await researcher.json<{ app: { digest: string } }>("market", "show", `${cluster}/${app}`);
  const image = join(house.home, "frameworks", cluster, "images", found.app.digest.replace("sha256:", ""));
  const scratch = mkdtempSync(join(folder, "hand-"));
  execFileSync(join(image, "venv/bin/python3"), ["main.py", ...words], {
    cwd: join(image, "app"),
    env: {
      ...{ NODE_ENV: "production", PATH: "/usr/bin:/bin", LANG: "C.UTF-8" },
      ...{ PYTHONDONTWRITEBYTECODE: "1", MPLCONFIGDIR: scratch, HOME: scratch },
    },
    stdio: "pipe",
  });
}

/** The four steps of the CO2 workflow in order; answers each output's file by its output's name. */
async function co2ByHand(): Promise<Record<string, Buffer>> {
  const at = (name: string) => join(folder, "hand", name);
  mkdirSync(join(folder, "hand"), { recursive: true });
  const table = data("co2-mauna-loa.csv");
  const clean = ["--input", table, "--numeric", "co2", "--drop-empty", "--unit", "ppm", "--out", at("clean.csv")];
  await byHand("materials", "csv-clean", clean);
  const smooth = ["--input", at("clean.csv"), "--column", "co2", "--window", "52", "--out", at("smooth.csv")];
  await byHand("bio", "moving-average", smooth);
  const words = ["--kind", "line", "--title", "Atmospheric CO2 at Mauna Loa", "--y-label", "ppm"];
  const figure = ["--input", at("smooth.csv"), "--x", "date", "--y", "co2", "smooth", ...words, "--image", at("p.png")];
  await byHand("materials", "plot", figure);
  const trend = ["--input", at("clean.csv"), "--x", "date", "--y", "co2", "--out", at("trend.json")];
  await byHand("materials", "linear-fit", trend);
  return {
    "plot/image.png": readFileSync(at("p.png")),
    "smoothed/out.csv": readFileSync(at("smooth.csv")),
    "trend/out.json": readFileSync(at("trend.json")),
  };
}

describe("the CO2 workflow runs over both clusters, whichever is home, and its results are those of the programs by hand", () => {
  test.each([
    { home: "materials", remote: ["smooth"] },
    { home: "bio", remote: ["clean", "figure", "trend"] },
  ])("home = $home", async ({ home, remote }) => {
    const file = `table=${data("co2-mauna-loa.csv")}`;
    const words = ["run", "submit", workflow("co2-trend"), "--home", home, "--file", file, "--wait", "--json"];
    const said = await npmRunKrdc(house, words, researcher.token);
    expect({ code: said.code, ...JSON.parse(said.out) }, said.err).toMatchObject({ code: 0, state: "SUCCEEDED" });
    const { id } = JSON.parse(said.out);

    const shown = await researcher.json<Shown>("run", "show", id);
    expect(shown).toMatchObject({ id, state: "SUCCEEDED", home });
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    const clusters: Record<string, string> = {
      clean: "materials",
      smooth: "bio",
      figure: "materials",
      trend: "materials",
    };
    const apps: Record<string, string> = {
      clean: "csv-clean",
      smooth: "moving-average",
      figure: "plot",
      trend: "linear-fit",
    };
    const step = (name: string, output: object) => ({
      id: name,
      app: `${clusters[name]}/${apps[name]}@1.0.0`,
      state: "SUCCEEDED",
      cluster: clusters[name],
      placement: remote.includes(name) ? "remote" : "local",
      reason: expect.stringMatching(/^placement\.[a-z_]+$/),
      attempt: 1,
      end: "SUCCEEDED",
      startedAt: time,
      endedAt: time,
      outputs: [{ sha256: expect.stringMatching(/^[0-9a-f]{64}$/), size: expect.any(Number), ...output }],
    });
    const byName = Object.fromEntries(shown.steps.map((one) => [one.id, one]));
    expect(byName).toEqual({
      clean: step("clean", { port: "out", name: "out.csv" }),
      smooth: step("smooth", { port: "out", name: "out.csv" }),
      figure: step("figure", { port: "image", name: "image.png" }),
      trend: step("trend", { port: "out", name: "out.json" }),
    });
    expect(shown.steps[0]?.id, "a step is shown after those it waits for").toBe("clean");

    const to = join(folder, `받은 것 ${home}`);
    await researcher.json("run", "fetch", id, "--to", to);
    const wanted = await co2ByHand();
    const fetched = readdirSync(to, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(fetched.map((entry) => join(entry.parentPath, entry.name).slice(to.length + 1)).sort()).toEqual(
      Object.keys(wanted).sort(),
    );
    for (const [path, bytes] of Object.entries(wanted)) {
      expect(readFileSync(join(to, path)).equals(bytes), `${path} differs from the one by hand`).toBe(true);
    }
  });
});

describe("the other sample workflows succeed with their data", () => {
  const files: Record<string, Record<string, string[]>> = JSON.parse(
    readFileSync(join(samples, "workflow-files.json"), "utf8"),
  );

  test.concurrent.each([
    { name: "genome-gc", home: "materials" },
    { name: "genome-proteins", home: "materials" },
    { name: "earthquakes", home: "bio" },
    { name: "powder-diffraction", home: "materials" },
    { name: "sea-temperature", home: "bio" },
  ])("$name at $home", async ({ name, home }) => {
    const given = Object.entries(files[`workflows/${name}.json`] ?? {}).flatMap(([input, paths]) =>
      paths.map((path): [string, string] => [input, join(samples, path)]),
    );
    const said = await researcher.trySubmit(workflow(name), { home, files: given }, "--wait");
    expect(said.code, said.err).toBe(0);
    const { id } = JSON.parse(said.out);
    const view = await researcher.untilOver(id);
    expect(view.steps.every(({ state, attempt }) => state === "SUCCEEDED" && attempt === 1)).toBe(true);
    const to = join(folder, name);
    const fetched = await researcher.json<{ files: { output: string; size: number }[] }>(
      "run",
      "fetch",
      id,
      "--to",
      to,
    );
    expect(new Set(fetched.files.map(({ output }) => output))).toEqual(new Set(view.outputs.map((one) => one.name)));
    expect(fetched.files.every(({ size }) => size > 0)).toBe(true);
  });
});

test("a scattered remote step starts each instance once, and its log is read from home", async () => {
  const app = await registerApp(house, "bio", "count-start");
  const journal = join(folder, "장부");
  const path = writeWorkflow(folder, "scattered", {
    inputs: { seconds: { type: "number[]" }, journal: { type: "string" } },
    steps: {
      count: {
        app,
        with: { seconds: { from: "inputs.seconds" }, journal: { from: "inputs.journal" } },
        scatter: ["seconds"],
      },
    },
    outputs: { counted: { from: "count.out" } },
  });
  const set = { journal, seconds: Array.from({ length: 10 }, () => 0) };
  const said = await researcher.trySubmit(path, { home: "materials", set }, "--wait");
  expect(said.code, said.err).toBe(0);
  const { id } = JSON.parse(said.out);
  const lines = readFileSync(journal, "utf8").trim().split("\n");
  expect([lines.length, new Set(lines.map((line) => line.split(" ")[1])).size]).toEqual([10, 10]);
  const view = await researcher.untilOver(id);
  expect(stepOf(view, "count", 9)).toMatchObject({ attempt: 1, placement: "remote", state: "SUCCEEDED" });
  const logs = await researcher.json<{ index: number; log: string }[]>("run", "logs", id, "count");
  expect(logs.map(({ index, log }) => `${index} ${log}`)).toEqual(set.seconds.map((_, index) => `${index} started\n`));
});

describe("a dry run says where each step would run, and why, before any file was chosen", () => {
  test.each([
    { home: "materials", smooth: "remote", figure: "local" },
    { home: "bio", smooth: "local", figure: "remote" },
  ])("home = $home", async ({ home, smooth, figure }) => {
    const plan = await researcher.json<{ steps: Record<string, string>[] }>(
      "run",
      "plan",
      workflow("co2-trend"),
      "--home",
      home,
    );
    const places: Record<string, Record<string, string>> = Object.fromEntries(
      plan.steps.map(({ id, ...place }) => [id, place]),
    );
    expect(places).toMatchObject({
      smooth: { cluster: "bio", placement: smooth },
      figure: { cluster: "materials", placement: figure },
    });
    expect(Object.values(places).every((place) => place.reason?.startsWith("placement.") && place.permission)).toBe(
      true,
    );
  });
});

test("after all this every invariant holds", async () => {
  const said = await researcher.krdc("check");
  expect({ code: said.code, out: said.out }).toEqual({ code: 0, out: "Everything holds.\n" });
});
