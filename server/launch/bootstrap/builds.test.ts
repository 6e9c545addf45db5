import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeBuild, recordBuildsInUse, removeOldBuilds } from "./builds.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "krdc-builds-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test("a build that fails half-way leaves nothing that could be taken for one", async () => {
  const failing = makeBuild(root, "portal-1", async (folder) => {
    writeFileSync(join(folder, "server.js"), "");
    throw new Error("no memory");
  });
  await expect(failing).rejects.toThrow("no memory");
  expect(readdirSync(root)).toEqual([]);
});

test("the newest three of a kind stay, and older ones that a living home runs", () => {
  for (const [age, name] of ["p-new", "p-2", "p-3", "p-old", "p-used", "other-1"].entries()) {
    mkdirSync(join(root, name));
    utimesSync(join(root, name), new Date(), new Date(Date.UTC(2026, 0, 10 - age)));
  }
  recordBuildsInUse(root, "/home/krdc", ["p-used"]);
  const dead = { home: "/gone", builds: ["p-old"], pid: 4_194_303, ticks: "1" };
  writeFileSync(join(root, "in-use/dead.json"), JSON.stringify(dead));
  removeOldBuilds(root, "p");
  expect(readdirSync(root).sort()).toEqual(["in-use", "other-1", "p-2", "p-3", "p-new", "p-used"]);
  expect(existsSync(join(root, "in-use/dead.json"))).toBe(false);
});
