import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const css = readFileSync(new URL("../../app/globals.css", import.meta.url), "utf8");

const tokens = new Map(
  [...css.matchAll(/--([a-z0-9-]+): (?:light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)|(#[0-9a-f]{6}));/g)].map((m) => [
    m[1] ?? "",
    { light: m[2] ?? m[4] ?? "", dark: m[3] ?? m[4] ?? "" },
  ]),
);

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const texts: [string, string, number][] = [
  ...["ink", "dim", "faint", "accent", "ok", "bad", "warn", "wait"].flatMap((ink): [string, string, number][] =>
    ["paper", "card", "soft"].map((ground) => [ink, ground, 4.5]),
  ),
  ...["ok", "bad", "warn", "accent"].map((ink): [string, string, number] => [ink, `${ink}-soft`, 4.5]),
  ...[1, 2, 3, 4, 5, 6].flatMap((n): [string, string, number][] => [
    [`c${n}`, `c${n}-soft`, 4.5],
    [`c${n}`, "card", 4.5],
  ]),
  ["on-accent", "accent", 4.5],
  ["ink", "found", 4.5],
  ["log-ink", "log", 4.5],
  ["log-dim", "log", 4.5],
  ["log-accent", "log", 4.5],
  ["edge", "card", 3],
  ["edge", "paper", 3],
];

describe("every pair of colours in use can be read in both themes", () => {
  test.each(texts)("%s on %s has a contrast of at least %d", (ink, ground, least) => {
    const [front, back] = [tokens.get(ink), tokens.get(ground)];
    expect(front && back && contrast(front.light, back.light)).toBeGreaterThanOrEqual(least);
    expect(front && back && contrast(front.dark, back.dark)).toBeGreaterThanOrEqual(least);
  });
});
