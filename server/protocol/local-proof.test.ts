import { describe, expect, test } from "vitest";
import { type LocalCall, signLocalProof, verifyLocalProof } from "./local-proof";

const now = new Date("2026-01-01T00:00:00Z");
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const call: LocalCall = { method: "POST", path: "/api/v1/local/clusters?a=1", body: '{"name":"바이오"}' };
const header = signLocalProof("secret", call, now);

describe("a local proof is good for exactly the call it was made for", () => {
  test.each<{ given: string; verify: () => unknown; want: string | undefined }>([
    { given: "the same call", verify: () => check(header, call), want: undefined },
    { given: "a minute's difference of clocks", verify: () => check(header, call, later(60)), want: undefined },
    { given: "no header", verify: () => check(null, call), want: "missing" },
    { given: "another scheme", verify: () => check("Bearer x", call), want: "malformed" },
    { given: "a time long ago", verify: () => check(header, call, later(61)), want: "wrong_clock" },
    { given: "another method", verify: () => check(header, { ...call, method: "GET" }), want: "wrong_mac" },
    { given: "another path", verify: () => check(header, { ...call, path: "/api/v1/local" }), want: "wrong_mac" },
    { given: "another body", verify: () => check(header, { ...call, body: "" }), want: "wrong_mac" },
    { given: "another home's secret", verify: () => check(header, call, now, "other"), want: "wrong_mac" },
  ])("$given -> $want", ({ verify, want }) => {
    expect(verify()).toBe(want);
  });

  test("a proof that was used is refused, and forgotten only when its clock refuses it anyway", () => {
    const seen = new Map<string, number>();
    expect(verifyLocalProof("secret", header, call, now, seen)).toBeUndefined();
    expect(verifyLocalProof("secret", header, call, later(59), seen)).toBe("replayed");
    verifyLocalProof("secret", signLocalProof("secret", call, later(200)), call, later(200), seen);
    expect(seen.size).toBe(1);
  });
});

function check(given: string | null, made: LocalCall, at = now, secret = "secret") {
  return verifyLocalProof(secret, given, made, at, new Map());
}
