import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { copySampleData } from "./copy-sample-data.js";

const real = join(import.meta.dirname, "data");
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "krdc-samples-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Item = { name: string; path: string; size: number; mediaType: string; title: { ko: string; en: string } };

test("every file of data is copied and listed with a title in both languages; the script that made them is not", () => {
  copySampleData(real, folder);
  const items: Item[] = JSON.parse(readFileSync(join(folder, "index.json"), "utf8"));
  const data = readdirSync(real, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  expect(items.length).toBe(data.filter(({ name }) => !name.endsWith(".py")).length);
  for (const { name, path, size, mediaType, title } of items) {
    const bytes = readFileSync(join(folder, path.replace("/samples/", "")));
    expect(bytes).toEqual(readFileSync(join(real, path.replace("/samples/", ""))));
    expect({ name, size, mediaType }).toEqual({ name: path.split("/").at(-1), size: bytes.length, mediaType });
    expect(/[가-힣]/.test(title.ko) && title.en !== name, `${name} has no title`).toBe(true);
  }
});

test("a file that has no title yet goes by its name, and a folder that is away is no error", () => {
  copySampleData(join(folder, "nowhere"), join(folder, "none"));
  writeFileSync(join(folder, "새 자료.csv"), "a,b\n");
  copySampleData(folder, join(folder, "to"));
  expect(JSON.parse(readFileSync(join(folder, "to/index.json"), "utf8"))[0]).toMatchObject({
    title: { ko: "새 자료.csv", en: "새 자료.csv" },
    size: 4,
  });
});
