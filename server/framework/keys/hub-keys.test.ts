import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JWK } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type HubPublicKey, type HubSuccession, hubSuccessionType } from "#server/protocol/key-change";
import { keyTimingOf } from "#server/protocol/key-rules";
import { signDocument } from "#server/protocol/signed-document";
import { aHubKey } from "../hub-double.build";
import { HubKeys } from "./hub-keys";
import { keepHubKeys, readKeptHubKeys } from "./keep-hub-keys";

type Key = { key: JWK; publicKey: JWK };

const url = "http://hub.example";
const start = Date.parse("2026-03-01T00:00:00.000Z");
let folder: string;
let warned: string[];
let now: Date;
let one: Key;
let two: Key;
let three: Key;
const place = () => ({
  url,
  now: () => now,
  timing: keyTimingOf(1),
  log: { warn: (_: object, text: string) => void warned.push(text) },
});
const first = (key: Key) => new HubKeys(place(), key.publicKey as HubPublicKey);

/** `by` gives its word that `to` follows it a number of minutes later; `over` puts other words into it. */
const word = (by: Key, to: Key, minutes: number, over: Partial<HubSuccession> = {}) =>
  signDocument(by.key, hubSuccessionType, {
    schema: "krdc.hub-succession/v1",
    hub: url,
    replaces: by.publicKey.kid,
    key: to.publicKey,
    announcedAt: new Date(start).toISOString(),
    effectiveAt: new Date(start + minutes * 60_000).toISOString(),
    ...over,
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "krdc-hub-keys-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  [one, two, three] = [await aHubKey(), await aHubKey(), await aHubKey()];
  warned = [];
  now = new Date(start);
});

const kid = ({ publicKey }: Key) => String(publicKey.kid);
const tokenKinds = (keys: HubKeys) =>
  [one, two, three].map((key) => {
    const found = keys.tokenKey(kid(key));
    return typeof found === "object" ? "good" : found;
  });

test("the configured key is trusted, and each successor from its time on", async () => {
  const keys = first(one);
  expect(await keys.follow([await word(one, two, 20), await word(two, three, 60)])).toBe(true);
  expect(tokenKinds(keys)).toEqual(["good", "not_now", "not_now"]);
  now = new Date(start + 25 * 60_000);
  expect(tokenKinds(keys)).toEqual(["good", "good", "not_now"]);
  now = new Date(start + 65 * 60_000);
  expect(tokenKinds(keys)).toEqual(["not_now", "good", "good"]);
  expect(keys.tokenKey("stranger")).toBeUndefined();
  expect(warned).toEqual([]);
});

test("a successor that came without the one before it is followed when both come", async () => {
  const keys = first(one);
  const [second, third] = [await word(one, two, 20), await word(two, three, 60)];
  expect(await keys.follow([third])).toBe(false);
  expect(await keys.follow([second, third])).toBe(true);
  expect([one, two, three].map((key) => keys.has(kid(key)))).toEqual([true, true, true]);
});

test("a framework whose configuration names a later key ignores what led to it, without a warning", async () => {
  const keys = first(two);
  await keys.follow([await word(one, two, 20), await word(two, three, 60)]);
  expect([one, two, three].map((key) => keys.has(kid(key)))).toEqual([false, true, true]);
  expect(warned).toEqual([]);
});

describe("a succession is refused with a warning when it is", () => {
  const forged: [string, () => Promise<string>][] = [
    ["signed by a stranger", () => word(three, two, 20, { replaces: kid(one) })],
    ["signed by the new key itself", () => word(two, two, 20, { replaces: kid(one) })],
    ["another hub's", () => word(one, two, 20, { hub: "http://other.example" })],
    [
      "named for a key that it is not",
      () => word(one, { ...two, publicKey: { ...two.publicKey, kid: kid(three) } }, 20),
    ],
    ["signed as something else", () => signDocument(one.key, "krdc-status+jws", { replaces: kid(one) })],
    ["no signature", async () => "nothing"],
  ];
  test.each(forged)("%s", async (_what, make) => {
    const keys = first(one);
    const jws = await make();
    expect(await keys.follow([jws])).toBe(false);
    expect(warned).toHaveLength(1);
    expect([two, three].some((key) => keys.has(kid(key)))).toBe(false);
    await keys.follow([jws]);
    expect(warned).toHaveLength(1);
  });

  test("a second one by a key that has its successor", async () => {
    const keys = first(one);
    await keys.follow([await word(one, two, 20)]);
    expect(await keys.follow([await word(one, three, 30)])).toBe(false);
    expect(warned).toHaveLength(1);
  });
});

describe("kept keys serve a later start", () => {
  test("with all successors, under the thumbprint of any of them and no other", async () => {
    const keys = first(one);
    await keys.follow([await word(one, two, 20), await word(two, three, 60)]);
    await keepHubKeys(folder, keys);
    for (const key of [one, two, three]) {
      const kept = await readKeptHubKeys(folder, place(), kid(key));
      expect(kept?.kept).toEqual(keys.kept);
    }
    expect(await readKeptHubKeys(folder, place(), kid(await aHubKey()))).toBeUndefined();
  });

  test("also where an earlier version kept the one key, and not when the file is broken or names another key", async () => {
    const file = join(folder, "hub-key.json");
    await writeFile(file, JSON.stringify(one.publicKey));
    expect((await readKeptHubKeys(folder, place(), kid(one)))?.first).toEqual(one.publicKey);
    await writeFile(file, JSON.stringify({ ...one.publicKey, kid: kid(two) }));
    expect(await readKeptHubKeys(folder, place(), kid(two))).toBeUndefined();
    await writeFile(file, "{");
    expect(await readKeptHubKeys(folder, place(), kid(one))).toBeUndefined();
  });
});
