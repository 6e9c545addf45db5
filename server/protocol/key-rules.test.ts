import { describe, expect, test } from "vitest";
import type { FormerKey, HubPublicKey, KeyAnnouncement, KeyChange } from "./key-change";
import {
  afterChange,
  afterPinning,
  callingKeyOf,
  callingKeysOf,
  documentKeysOf,
  type HubLink,
  hubKeysFor,
  isChangeDue,
  isTooLateToForbid,
  type KeyRecord,
  refusalOfAnnouncement,
  signingLinkOf,
  thumbprintsOf,
} from "./key-rules";
import type { PublicKey } from "./keys";

const timing = { keyNoticeMs: 86_400_000, keyOverlapMs: 600_000 };
const start = Date.parse("2026-03-01T00:00:00.000Z");
const minutes = (count: number) => new Date(start + count * 60_000);
const at = (count: number) => minutes(count).toISOString();
const key = (x: string): PublicKey => ({ kty: "EC", crv: "P-256", x, y: x });
const signed = { byPresentKey: "present", byNextKey: "next" };

const announcement: KeyAnnouncement = {
  schema: "krdc.key-change/v1",
  cluster: "bio",
  replaces: "one",
  key: key("two"),
  announcedAt: at(-1440),
  effectiveAt: at(0),
};
const change = (forbiddenBy: string | null = null): KeyChange => ({ ...signed, announcement, jkt: "two", forbiddenBy });
const announced: KeyRecord = { jkt: "one", key: key("one"), keyChange: change(), formerKeys: [] };
const forbidden: KeyRecord = { ...announced, keyChange: change("operator") };
const settled: KeyRecord = afterChange(announced);
const lost: FormerKey = { jkt: "zero", key: key("zero"), until: at(-5000) };
const replaced: KeyRecord = { ...announced, keyChange: null, formerKeys: [lost] };

describe("a cluster may call with", () => {
  const rows: { record: string; of: KeyRecord; minute: number; want: string[] }[] = [
    { record: "an announced change", of: announced, minute: -1000, want: ["one"] },
    { record: "an announced change", of: announced, minute: -2, want: ["one"] },
    { record: "an announced change", of: announced, minute: -1, want: ["one", "two"] },
    { record: "an announced change", of: announced, minute: 0, want: ["one", "two"] },
    { record: "an announced change", of: announced, minute: 9, want: ["one", "two"] },
    { record: "an announced change", of: announced, minute: 10, want: ["two"] },
    { record: "a settled change", of: settled, minute: 9, want: ["one", "two"] },
    { record: "a settled change", of: settled, minute: 10, want: ["two"] },
    { record: "a forbidden change", of: forbidden, minute: -1000, want: ["one"] },
    { record: "a forbidden change", of: forbidden, minute: 20, want: ["one"] },
    { record: "a replaced lost key", of: replaced, minute: -4999, want: ["one"] },
  ];
  test.each(rows)("$want where there is $record, $minute minutes after it", ({ of, minute, want }) => {
    const now = minutes(minute);
    const found = ["zero", "one", "two", "three"].filter((jkt) => callingKeyOf(of, jkt, now, timing));
    expect(found).toEqual(want);
    for (const jkt of found) expect(callingKeyOf(of, jkt, now, timing)).toEqual(key(jkt));
    const all = callingKeysOf(of, now, timing).map((one) => (one.key as PublicKey).x);
    expect(all.sort()).toEqual(want);
  });
});

describe("a document of that date verifies with", () => {
  const rows: { record: string; of: KeyRecord; now: number; dated: number; want: string[] }[] = [
    { record: "an announced change", of: announced, now: -1000, dated: -1000, want: ["one"] },
    { record: "an announced change", of: announced, now: 1, dated: -5, want: ["one", "two"] },
    { record: "an announced change", of: announced, now: 1, dated: 1, want: ["one", "two"] },
    { record: "an announced change", of: announced, now: 5, dated: 2, want: ["two"] },
    { record: "a settled change", of: settled, now: 5, dated: 2, want: ["two"] },
    { record: "a settled change", of: settled, now: 900_000, dated: -5, want: ["one", "two"] },
    { record: "a forbidden change", of: forbidden, now: 900_000, dated: 900_000, want: ["one"] },
    { record: "a replaced lost key", of: replaced, now: 0, dated: -5000, want: ["one", "zero"] },
    { record: "a replaced lost key", of: replaced, now: 0, dated: -4000, want: ["one"] },
  ];
  test.each(rows)("$want where there is $record, read at $now and dated $dated", ({ of, now, dated, want }) => {
    const good = documentKeysOf(of, minutes(now), timing).filter(({ until }) => !until || until >= minutes(dated));
    expect(good.map((one) => (one.key as PublicKey).x).sort()).toEqual(want);
  });
});

test("a change is due at its time and not when it is forbidden", () => {
  expect(isChangeDue(announced, minutes(-0.1))).toBe(false);
  expect(isChangeDue(announced, minutes(0))).toBe(true);
  expect(isChangeDue(forbidden, minutes(20))).toBe(false);
});

test("a change can be forbidden until some may go by the next key", () => {
  expect(isTooLateToForbid(change(), minutes(-2), timing)).toBe(false);
  expect(isTooLateToForbid(change(), minutes(-1), timing)).toBe(true);
});

describe("an announcement", () => {
  const present: KeyRecord = { ...announced, keyChange: null };
  const told = {
    said: announcement,
    jkt: "two",
    cluster: "bio",
    record: present,
    heardAt: undefined,
    now: minutes(-1440),
  };
  const changed = (over: Partial<KeyAnnouncement>) => ({ ...announcement, ...over });
  const rows = [
    { given: "made just now", over: {}, want: undefined },
    { given: "heard of after its time by somebody who was away", over: { now: minutes(900) }, want: undefined },
    { given: "heard of soon after the last word", over: { heardAt: minutes(-1440 + 60) }, want: undefined },
    { given: "back-dated", over: { heardAt: minutes(-1440 + 90), now: minutes(-1300) }, want: "key_change.back_dated" },
    { given: "for another cluster", over: { cluster: "materials" }, want: "key_change.other_cluster" },
    { given: "of another key", over: { said: changed({ replaces: "zero" }) }, want: "key_change.other_key" },
    { given: "of the key itself", over: { jkt: "one" }, want: "key_change.used_key" },
    { given: "of a key from before", over: { jkt: "zero", record: replaced }, want: "key_change.used_key" },
    { given: "with a short notice", over: { said: changed({ effectiveAt: at(-1) }) }, want: "key_change.too_soon" },
    { given: "from the future", over: { now: minutes(-1442) }, want: "clock_skew" },
    { given: "beside another one", over: { record: announced }, want: "key_change.already_announced" },
    { given: "after a forbidden one", over: { record: forbidden }, want: undefined },
  ];
  test.each(rows)("$given: $want", ({ over, want }) => {
    expect(refusalOfAnnouncement({ ...told, ...over }, timing)).toBe(want);
  });
});

describe("an installation keeps its name", () => {
  const twice = afterChange({
    ...settled,
    keyChange: {
      ...change(),
      jkt: "three",
      announcement: { ...announcement, key: key("three"), effectiveAt: at(5000) },
    },
  });
  test("over any number of changes", () => {
    expect(thumbprintsOf(announced)[0]).toBe("one");
    expect(thumbprintsOf(settled)).toEqual(["one", "two"]);
    expect(thumbprintsOf(twice)).toEqual(["one", "two", "three"]);
  });
  test("and what follows a lost key is another one", () => {
    expect(thumbprintsOf(replaced)).toEqual(["one"]);
  });
  test("also when its operator pins the announced key by hand, and not when it pins another", () => {
    const byHand = afterPinning(forbidden, { jkt: "two", key: key("two") }, minutes(5));
    expect(thumbprintsOf(byHand)).toEqual(["one", "two"]);
    const other = afterPinning(announced, { jkt: "nine", key: key("nine") }, minutes(5));
    expect(thumbprintsOf(other)).toEqual(["nine"]);
    expect(other.formerKeys).toMatchObject([{ jkt: "one", until: at(5) }]);
    const same = afterPinning(announced, { jkt: "one", key: key("one") }, minutes(5));
    expect(same).toEqual(announced);
  });
});

describe("of the hub's keys", () => {
  const hubKey = (kid: string): HubPublicKey => ({ kty: "OKP", crv: "Ed25519", x: kid, kid });
  const chain: HubLink[] = [
    { key: hubKey("first"), from: null },
    { key: hubKey("second"), from: minutes(0) },
    { key: hubKey("third"), from: minutes(1000) },
  ];
  const rows = [
    { use: "token", minute: -100, want: ["first"] },
    { use: "token", minute: -1, want: ["second", "first"] },
    { use: "token", minute: 9, want: ["second", "first"] },
    { use: "token", minute: 10, want: ["second"] },
    { use: "token", minute: 1005, want: ["third", "second"] },
    { use: "status", minute: -100, want: ["third", "second", "first"] },
    { use: "status", minute: 0.9, want: ["third", "second", "first"] },
    { use: "status", minute: 1, want: ["third", "second"] },
    { use: "status", minute: 2000, want: ["third"] },
    { use: "document", minute: 9_000, want: ["third", "second", "first"] },
  ] as const;
  test.each(rows)("$want verify a $use $minute minutes after the change", ({ use, minute, want }) => {
    const found = hubKeysFor(use, chain, minutes(minute), timing);
    expect(found.map((one) => (one.key as HubPublicKey).kid)).toEqual(want);
  });
  test("an ended one verifies nothing that is dated after its end", () => {
    const ends = hubKeysFor("document", chain, minutes(9_000), timing).map(({ until }) => until?.toISOString());
    expect(ends).toEqual([undefined, at(1001), at(1)]);
  });
  test.each([
    { minute: -1, want: "first" },
    { minute: 0, want: "second" },
    { minute: 999, want: "second" },
    { minute: 1000, want: "third" },
  ])("the $want signs $minute minutes after the change", ({ minute, want }) => {
    expect(signingLinkOf(chain, minutes(minute))?.key.kid).toBe(want);
  });
});
