import { describe, expect, test } from "vitest";
import { type BuildAnswer, withLog } from "./build-stream";

const answer = (log: string, logOffset: number): BuildAnswer => ({
  id: "b",
  state: "BUILDING",
  app: null,
  digest: null,
  version: null,
  parameters: null,
  reason: null,
  log,
  logOffset,
});

describe("a build's log grows without holes or doubles", () => {
  test.each<{ given: string; before: BuildAnswer | undefined; next: BuildAnswer; want: [string, number] }>([
    { given: "the first answer", before: undefined, next: answer("one\n", 4), want: ["one\n", 4] },
    { given: "more lines", before: answer("one\n", 4), next: answer("two\n", 8), want: ["one\ntwo\n", 8] },
    { given: "nothing new", before: answer("one\n", 4), next: answer("", 4), want: ["one\n", 4] },
    {
      given: "an answer that comes twice",
      before: answer("one\ntwo\n", 8),
      next: answer("two\n", 8),
      want: ["one\ntwo\n", 8],
    },
  ])("$given", ({ before, next, want }) => {
    const { log, logOffset } = withLog(before, next);
    expect([log, logOffset]).toEqual(want);
  });

  test("an endless log keeps its end", () => {
    const { log } = withLog(answer("a".repeat(400_000), 400_000), answer("end", 400_003));
    expect([log.length, log.endsWith("end")]).toEqual([400_000, true]);
  });
});
