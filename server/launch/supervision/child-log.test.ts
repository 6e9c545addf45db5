import { closeSync, mkdtempSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLog, rotateLog, tailOf } from "./child-log";
import { restartDelayMs } from "./supervisor";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "krdc-log-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a log above the limit becomes the one old log, and its writer goes on in the emptied file", () => {
  const file = join(folder, "portal.log");
  const fd = openLog(file);
  writeSync(fd, "12345678");
  rotateLog(file, 8);
  expect(readFileSync(file, "utf8")).toBe("12345678");
  writeSync(fd, "9");
  rotateLog(file, 8);
  writeSync(fd, "next");
  closeSync(fd);
  expect(readFileSync(`${file}.1`, "utf8")).toBe("123456789");
  expect(readFileSync(file, "utf8")).toBe("next");
});

test("the end of a log is its last lines", () => {
  const file = join(folder, "bio.log");
  writeFileSync(file, "하나\n둘\n셋\n");
  expect(tailOf(file, 2)).toBe("둘\n셋");
  expect(tailOf(join(folder, "none.log"))).toBe("");
});

test("a child that keeps dying is started again ever more slowly", () => {
  expect([0, 1, 2, 3, 4, 5, 30].map(restartDelayMs)).toEqual([200, 400, 800, 1600, 3200, 5000, 5000]);
});
