import { describe, expect, test } from "vitest";
import { isFromOurPages, safeReturn } from "./same-origin";

const hub = "http://127.0.0.1:3000";

describe("a browser's write counts only from our own pages", () => {
  test.each([
    { given: { origin: hub, "sec-fetch-site": "same-origin" }, want: true },
    { given: { origin: hub }, want: true },
    { given: { "sec-fetch-site": "same-origin" }, want: true },
    { given: { origin: "http://127.0.0.1:3001", "sec-fetch-site": "same-site" }, want: false },
    { given: { origin: "https://evil.example", "sec-fetch-site": "cross-site" }, want: false },
    { given: { origin: "null" }, want: false },
    { given: { origin: hub, "sec-fetch-site": "cross-site" }, want: false },
    { given: {}, want: false },
  ])("$given -> $want", ({ given, want }) => {
    expect(isFromOurPages(new Headers(given as Record<string, string>), hub)).toBe(want);
  });
});

describe("the way back after sign-in stays on this origin", () => {
  test.each([
    { given: "/market?q=평균", want: "/market?q=평균" },
    { given: "//evil.example", want: "/" },
    { given: "/\\evil.example", want: "/" },
    { given: "https://evil.example", want: "/" },
    { given: "/a\nb", want: "/" },
    { given: "javascript:alert(1)", want: "/" },
    { given: null, want: "/" },
    { given: `/${"a".repeat(3000)}`, want: "/" },
  ])("$given -> $want", ({ given, want }) => {
    expect(safeReturn(given)).toBe(want);
  });
});
