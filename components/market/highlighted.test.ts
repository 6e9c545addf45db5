import { expect, test } from "vitest";
import { piecesOf } from "./highlighted";

test.each<{ text: string; words: string[]; want: string }>([
  { text: "기상 관측 정리", words: ["기상"], want: "[기상] 관측 정리" },
  { text: "기상관측", words: ["기상", "관측", "기상관"], want: "[기상관]측" },
  { text: "Moving Average", words: ["moving"], want: "[Moving] Average" },
  { text: "a.b (c)", words: ["(c)", "."], want: "a[.]b [(c)]" },
  { text: "그대로", words: [], want: "그대로" },
  { text: "그대로", words: [""], want: "그대로" },
])("$words in $text are marked as they stand", ({ text, words, want }) => {
  const pieces = piecesOf(text, words);
  expect(pieces.map((piece) => (piece.found ? `[${piece.text}]` : piece.text)).join("")).toBe(want);
});
