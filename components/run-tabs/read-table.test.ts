import { describe, expect, test } from "vitest";
import { aStepView } from "../run-view/run.build";
import { kindOfFile } from "./preview-kind";
import { readTable } from "./read-table";
import { ticksOf, timelineOf } from "./timeline-bars";

describe("a table is read as RFC 4180 says", () => {
  test.each<{ given: string; text: string; want: string[][] }>([
    {
      given: "plain rows",
      text: "a,b\n1,2\n",
      want: [
        ["a", "b"],
        ["1", "2"],
      ],
    },
    {
      given: "no newline at the end",
      text: "a,b\n1,2",
      want: [
        ["a", "b"],
        ["1", "2"],
      ],
    },
    {
      given: "Windows line ends",
      text: "a,b\r\n1,2\r\n",
      want: [
        ["a", "b"],
        ["1", "2"],
      ],
    },
    {
      given: "quotes, commas and newlines in a cell",
      text: '"a ""x""","b,c","d\ne"\n',
      want: [['a "x"', "b,c", "d\ne"]],
    },
    { given: "empty cells", text: ",\n", want: [["", ""]] },
    { given: "Korean", text: "연도,값\n", want: [["연도", "값"]] },
    { given: "nothing", text: "", want: [] },
  ])("$given", ({ text, want }) => {
    expect(readTable(text, ",", 100)).toEqual({ rows: want, more: false });
  });

  test("a long table is cut, and says so", () => {
    expect(readTable("1\n2\n3\n4\n", ",", 2)).toEqual({ rows: [["1"], ["2"]], more: true });
  });
});

describe("only harmless kinds of files are shown", () => {
  test.each([
    { name: "plot.png", mediaType: undefined, want: "image" },
    { name: "plot", mediaType: "image/png", want: "image" },
    { name: "table.csv", mediaType: "text/plain", want: "csv" },
    { name: "x.bin", mediaType: "text/csv; charset=utf-8", want: "csv" },
    { name: "a.json", mediaType: "application/ld+json", want: "json" },
    { name: "notes", mediaType: "text/x-fasta", want: "text" },
    { name: "page.html", mediaType: "text/html", want: undefined },
    { name: "drawing.svg", mediaType: "image/svg+xml", want: undefined },
    { name: "model.pkl", mediaType: undefined, want: undefined },
  ])("$name of $mediaType -> $want", ({ name, mediaType, want }) => {
    expect(kindOfFile({ name, mediaType })).toBe(want);
  });
});

describe("the timeline", () => {
  const at = (seconds: number) => new Date(seconds * 1000).toISOString();

  test("waiting ends where running begins, and what is open ends now", () => {
    const steps = [
      aStepView("late", { readyAt: at(20), state: "WAITING_GRANT" }),
      aStepView("first", { readyAt: at(1), startedAt: at(3), endedAt: at(9) }),
      aStepView("never"),
    ];
    const { rows, to } = timelineOf(steps, 0, 30_000);
    expect(rows.map((row) => row.key)).toEqual(["first[0]", "late[0]", "never[0]"]);
    expect(rows[0]?.bars).toEqual([
      { kind: "queued", from: 1000, to: 3000 },
      { kind: "running", from: 3000, to: 9000 },
    ]);
    expect(rows[1]?.bars).toEqual([{ kind: "grant", from: 20_000, to: 30_000 }]);
    expect(rows[2]?.bars).toEqual([]);
    expect(to).toBe(30_000);
  });

  test.each([900, 10_000, 59_000, 3_600_000, 40 * 86_400_000])("%d ms are marked at most nine times", (span) => {
    const ticks = ticksOf(span);
    expect(ticks.length).toBeGreaterThan(1);
    expect(ticks.length).toBeLessThanOrEqual(9);
  });
});
