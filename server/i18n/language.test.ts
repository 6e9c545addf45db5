import { describe, expect, test } from "vitest";
import { languageOf, themeOf } from "./language";

describe("the language is the reader's choice, else the browser's wish, else Korean", () => {
  test.each<{ given: string; cookie?: string; accept: string | null; want: "ko" | "en" }>([
    { given: "nothing known", accept: null, want: "ko" },
    { given: "an English browser", accept: "en-GB,en;q=0.9", want: "en" },
    { given: "Korean preferred to English", accept: "en;q=0.5, ko-KR;q=0.8", want: "ko" },
    { given: "a third language before English", accept: "de-DE,de;q=0.9,en;q=0.3", want: "en" },
    { given: "only other languages", accept: "fr,de", want: "ko" },
    { given: "English refused by q=0", accept: "en;q=0", want: "ko" },
    { given: "a remembered choice against the browser", cookie: "en", accept: "ko", want: "en" },
    { given: "a cookie that is no language", cookie: "xx", accept: "en", want: "en" },
  ])("$given -> $want", ({ cookie, accept, want }) => {
    expect(languageOf(cookie, accept)).toBe(want);
  });
});

test("a theme that is not known follows the device", () => {
  expect([themeOf("dark"), themeOf("light"), themeOf("sepia"), themeOf(undefined)]).toEqual([
    "dark",
    "light",
    "system",
    "system",
  ]);
});
