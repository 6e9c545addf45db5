import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { aHubKey } from "../hub-double.build";
import { keepHubKey, readKeptHubKey } from "./keep-hub-key";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "krdc-hub-key-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("a kept hub key serves a later start, and only under the thumbprint of the configuration", async () => {
  const [one, other] = [(await aHubKey()).publicKey, (await aHubKey()).publicKey];
  expect(await readKeptHubKey(folder, String(one.kid))).toBeUndefined();
  await keepHubKey(folder, one);
  expect(await readKeptHubKey(folder, String(one.kid))).toEqual(one);
  expect(await readKeptHubKey(folder, String(other.kid))).toBeUndefined();
  await writeFile(join(folder, "hub-key.json"), "{");
  expect(await readKeptHubKey(folder, String(one.kid))).toBeUndefined();
});
