import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openHome } from "./home-folder";
import { openKeys } from "./keys";

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "krdc-"));
  folder = join(parent, "새 집 home");
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const modeOf = (path: string) => statSync(join(folder, path)).mode & 0o777;

test("what a home keeps is closed to others, is made once and is there again", async () => {
  const first = openHome(folder);
  const keys = await openKeys(folder, ["materials", "bio"]);
  first.saveSettings({ ports: { bio: 20_001 } });
  expect(["", "secret", "keys", "keys/passwords.json", "keys/hub-signing.json", "settings.json"].map(modeOf)).toEqual([
    0o700, 0o600, 0o700, 0o600, 0o600, 0o600,
  ]);
  first.release();
  const second = openHome(folder);
  expect(second.secret).toBe(first.secret);
  expect(second.settings).toEqual(first.settings);
  expect(await openKeys(folder, ["materials", "bio"])).toEqual(keys);
  second.release();
});

test("two launchers never work in one home", () => {
  const first = openHome(folder);
  expect(() => openHome(folder)).toThrow("already running");
  first.release();
  openHome(folder).release();
});
