import { describe, expect, test } from "vitest";
import type { StepPlacement } from "../plan";
import { type FileValue, type Value, workflow } from "../workflow";
import { checkRoutes } from "./check-routes";

const mib = 1024 ** 2;
const aFile = (size: number, name = "large.csv"): FileValue => ({ kind: "file", name, sha256: "a".repeat(64), size });
const document = workflow.parse({
  schema: "krdc.workflow/v1",
  title: { ko: "가", en: "a" },
  inputs: {
    data: { type: "file" },
    folder: { type: "directory" },
    preset: { type: "file", default: aFile(9 * mib, "preset.csv") },
  },
  steps: {
    trend: { app: "bio/trend", with: { input: { from: "inputs.data" } } },
    fold: { app: "bio/fold", with: { input: { from: "inputs.folder" }, other: { from: "trend.out" } } },
    given: { app: "bio/given", with: { input: aFile(8 * mib + 1, "own.csv"), more: [{ from: "inputs.preset" }, 3] } },
  },
});
const places = (cluster: string, placement: StepPlacement["placement"] = "remote"): StepPlacement[] =>
  Object.keys(document.steps).map((id) => ({ id, cluster, placement, reason: "placement.app_lives_there" }));
const folder = (size: number): Value => ({
  kind: "directory",
  name: "d",
  files: [{ ...aFile(size), path: "in/part.bin" }],
});

const check = (values: Record<string, Value>, undialed: string[], at = places("bio")) =>
  checkRoutes(document, at, values, { home: "climate", undialed: new Set(undialed), mostBytes: 8 * mib });
const pathsOf = (found: ReturnType<typeof check>) => found.map(({ path, code }) => `${path} ${code}`);
const own = ["steps.given.with.input no_route", "steps.given.with.more no_route"];

describe("a file that is too large for letters needs a home or a host that can be dialed", () => {
  test.each([
    { given: "both cut off", undialed: ["climate", "bio"], want: ["steps.trend.with.input no_route", ...own] },
    { given: "home can be dialed", undialed: ["bio"], want: [] },
    { given: "host can be dialed", undialed: ["climate"], want: [] },
    { given: "only a third one is cut off", undialed: ["materials"], want: [] },
  ])("$given", ({ undialed, want }) => {
    expect(pathsOf(check({ data: aFile(9 * mib), folder: folder(8 * mib) }, undialed))).toEqual(want);
  });

  test("files of a folder count one by one, and files that are not known yet count nothing", () => {
    const found = check({ data: aFile(8 * mib), folder: folder(9 * mib) }, ["climate", "bio"]);
    expect(pathsOf(found)).toEqual(["steps.fold.with.input no_route", ...own]);
    expect(pathsOf(check({}, ["climate", "bio"]))).toEqual(own);
  });

  test("what runs at home needs no way", () => {
    expect(check({ data: aFile(9 * mib) }, ["climate", "bio"], places("climate", "local"))).toEqual([]);
  });

  test("the sentence names both clusters, the file and both sizes", () => {
    const [found] = check({ data: aFile(12 * mib + 1) }, ["climate", "bio"]);
    for (const sentence of Object.values(found?.message ?? {})) {
      for (const fact of ["climate", "bio", "large.csv", "12.1 MiB", "8 MiB"]) expect(sentence).toContain(fact);
      expect(sentence).not.toMatch(/[{}]/);
    }
  });
});
