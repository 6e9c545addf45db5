import { describe, expect, test } from "vitest";
import { appendLog, emptyLog, linesInSight, shownLines } from "./log-window";

const chunk = (offset: number, text: string, ended = false) => ({
  offset,
  text,
  nextOffset: offset + text.length,
  ended,
});

describe("a log grows by what comes after its end, once", () => {
  test("a line cut between two chunks is one line", () => {
    const log = appendLog(appendLog(emptyLog, chunk(0, "one\ntw")), chunk(6, "o\n"));
    expect(shownLines(log)).toEqual(["one", "two"]);
  });

  test("an unfinished line is shown while it grows", () => {
    expect(shownLines(appendLog(emptyLog, chunk(0, "one\ntw")))).toEqual(["one", "tw"]);
  });

  test("bytes that do not begin at the end are left alone", () => {
    const log = appendLog(emptyLog, chunk(0, "one\n"));
    expect(appendLog(log, chunk(0, "one\n"))).toBe(log);
    expect(appendLog(log, chunk(40, "far\n"))).toBe(log);
  });

  test("an empty answer of a waiting call changes nothing", () => {
    const log = appendLog(emptyLog, chunk(0, "one\n"));
    expect(appendLog(log, chunk(4, ""))).toBe(log);
    expect(appendLog(log, chunk(4, "", true)).ended).toBe(true);
  });

  test("beyond the kept lines the oldest leave and are counted", () => {
    const log = appendLog(appendLog(emptyLog, chunk(0, "1\n2\n3\n"), 2), chunk(6, "4\n"), 2);
    expect(log.lines).toEqual(["3", "4"]);
    expect(log.droppedLines).toBe(2);
  });

  test.each([
    { given: "a progress bar", text: "10 %\r50 %\r100 %\n", want: "100 %" },
    { given: "a Windows line end", text: "done\r\n", want: "done" },
    {
      given: "terminal colours",
      text: `${String.fromCharCode(27)}[31mred${String.fromCharCode(27)}[0m\n`,
      want: "red",
    },
  ])("$given reads as a terminal would show it", ({ text, want }) => {
    expect(shownLines(appendLog(emptyLog, chunk(0, text)))).toEqual([want]);
  });

  test("one endless line is cut on the screen", () => {
    const line = shownLines(appendLog(emptyLog, chunk(0, `${"x".repeat(50_000)}\n`)))[0] ?? "";
    expect(line.length).toBeLessThan(10_002);
  });
});

test("only lines in sight are drawn, however long the log is", () => {
  const { from, to } = linesInSight({ top: 100_000, height: 400 }, 20, 20_000);
  expect(from).toBeLessThan(5000);
  expect(to).toBeGreaterThan(5020);
  expect(to - from).toBeLessThan(80);
  expect(linesInSight({ top: 0, height: 400 }, 20, 3)).toEqual({ from: 0, to: 3 });
});
