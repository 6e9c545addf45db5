import { expect, test } from "vitest";
import type { FindResults } from "#server/protocol/portal-views";
import { foundLines } from "./find-results";
import { roomsFor } from "./rooms";

const words = {
  pick: (text: { ko: string }) => text.ko,
  room: (room: string) => room,
  allApps: (q: string) => `all ${q}`,
};
const title = { ko: "추세", en: "Trend" };
const found: FindResults = {
  apps: [{ cluster: "bio", name: "trend", title }],
  workflows: [{ id: "w1", title }],
  runs: [{ id: "r1", number: 7, title, state: "RUNNING" }],
};
const hrefs = (q: string, results?: FindResults) =>
  foundLines(q, roomsFor(["researcher"]), results, words).map((line) => line.href);

test("without words the palette offers the rooms", () => {
  expect(hrefs("", found)).toEqual(["/market", "/workflows", "/runs", "/agreements", "/settings"]);
});

test("with words it offers matching rooms, what the hub found, and the market's own search last", () => {
  expect(hrefs(" run ", found)).toEqual(["/runs", "/market/bio/trend", "/workflows/w1", "/runs/r1", "/market?q=run"]);
});

test("while nothing has been found yet the market's search is there already", () => {
  expect(hrefs("a&b")).toEqual(["/market?q=a%26b"]);
});
