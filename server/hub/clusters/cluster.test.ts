import { describe, expect, test } from "vitest";
import { fingerprintOf, makeSigningKey } from "#server/protocol/keys";
import { aHeartbeat } from "../hub.build";
import { heartbeatVerdict, isFingerprintTail, stateOf } from "./cluster";

const now = new Date("2026-01-01T00:10:00Z");
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);

describe("a silent gateway is suspected after 45 s and unreachable after 90 s", () => {
  test.each([
    { given: "heard just now", cluster: { state: "ACTIVE", heartbeatAt: ago(1) }, want: "ACTIVE" },
    { given: "heard 45 s ago", cluster: { state: "ACTIVE", heartbeatAt: ago(45) }, want: "ACTIVE" },
    { given: "heard 46 s ago", cluster: { state: "ACTIVE", heartbeatAt: ago(46) }, want: "SUSPECT" },
    { given: "heard 91 s ago", cluster: { state: "ACTIVE", heartbeatAt: ago(91) }, want: "UNREACHABLE" },
    { given: "never heard", cluster: { state: "ACTIVE", heartbeatAt: null }, want: "UNREACHABLE" },
    { given: "suspended and silent", cluster: { state: "SUSPENDED", heartbeatAt: ago(1000) }, want: "SUSPENDED" },
  ] as const)("$given -> $want", ({ cluster, want }) => {
    expect(stateOf(cluster, now)).toBe(want);
  });
});

test("only the key's own last two groups open the door, however they are spaced", async () => {
  const key = await makeSigningKey();
  const [first = "", second = ""] = fingerprintOf(key).slice(-2);
  expect(isFingerprintTail(key, `${first} ${second}`)).toBe(true);
  expect(isFingerprintTail(key, `${first}·${second}`.toUpperCase())).toBe(true);
  expect(isFingerprintTail(key, first)).toBe(false);
  expect(isFingerprintTail(key, `${second} ${first}x`)).toBe(first === second);
  expect(isFingerprintTail(key, "")).toBe(false);
});

describe("heartbeats only go forward, and one key lives in one cluster", () => {
  const before = aHeartbeat("http://g.example", { epoch: 3, seq: 7 });
  test.each([
    { given: "the first one", before: null, next: before, want: "fresh" },
    { given: "the next", before, next: { ...before, seq: 8 }, want: "fresh" },
    { given: "the same again", before, next: before, want: "stale" },
    { given: "a new epoch from the start", before, next: { ...before, epoch: 4, seq: 1 }, want: "fresh" },
    { given: "an older epoch", before, next: { ...before, epoch: 2, seq: 99 }, want: "stale" },
    { given: "another cluster", before, next: { ...before, seq: 8, clusterUid: "uid-2" }, want: "other_cluster" },
  ] as const)("$given -> $want", ({ before: known, next, want }) => {
    expect(heartbeatVerdict(known, next)).toBe(want);
  });
});
