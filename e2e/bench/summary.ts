/** What one measurement gave: `size` calls or runs, `atOnce` of them at a time. */
export type Line = {
  name: string;
  size: number | null;
  perSecond: number | null;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
};

/** What a line is held against: measured in the same run, or only published by somebody and never to be divided by. */
export type Peer = Line & { from: "measured" | "published" };

export type Figure = {
  id: string;
  title: string;
  lines: Line[];
  peers: Peer[];
  /** Ours over the peer's, of this run. */
  ratios: { name: string; value: number }[];
  /** How the cost grows with the size: 1 is linear. */
  exponents: { name: string; value: number }[];
  goals: { text: string; isMet: boolean }[];
  notes: string[];
};

export type Machine = { cores: number; cpu: string; memoryBytes: number; node: string };
export type Report = { schema: "krdc.bench/v1"; machine: Machine; figures: Figure[]; failed: string[] };

/** The smallest time that so many percent of the times do not exceed. */
export function percentile(times: readonly number[], percent: number): number {
  const sorted = [...times].sort((one, other) => one - other);
  const at = Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1);
  const found = sorted[at];
  if (found === undefined) throw new TypeError("nothing was measured");
  return found;
}

/** The slope of the least squares line through the logarithms. */
export function exponentOf(points: readonly { size: number; cost: number }[]): number {
  const logs = points.map(({ size, cost }) => ({ x: Math.log(size), y: Math.log(cost) }));
  const mean = (of: (point: { x: number; y: number }) => number) =>
    logs.reduce((sum, point) => sum + of(point), 0) / logs.length;
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
  const spread = logs.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
  if (spread === 0) throw new TypeError("growth needs two sizes");
  return logs.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) / spread;
}

/** Times of calls, and how long all of them took together. */
export function lineOf(name: string, size: number, timesMs: readonly number[], tookMs?: number): Line {
  const [p50Ms, p95Ms, p99Ms] = [50, 95, 99].map((percent) => percentile(timesMs, percent)) as [number, number, number];
  return { name, size, perSecond: tookMs === undefined ? null : (size / tookMs) * 1000, p50Ms, p95Ms, p99Ms };
}

/** A figure that others have printed about their own work, on their own machines. */
export const published = (name: string, perSecond: number): Peer => ({
  name,
  size: null,
  perSecond,
  p50Ms: null,
  p95Ms: null,
  p99Ms: null,
  from: "published",
});

const digits = (value: number) => (value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3);
const shown = (value: number | null) => (value === null ? "" : value.toFixed(digits(Math.abs(value))));

const heads = ["", "size", "per s", "p50 ms", "p95 ms", "p99 ms"];

const rowOf = (line: Line | Peer) => [
  "from" in line ? `${line.name} (${line.from})` : line.name,
  line.size === null ? "" : String(line.size),
  ...[line.perSecond, line.p50Ms, line.p95Ms, line.p99Ms].map(shown),
];

/** One figure as people read it: ours above, what it is held against below. */
export function tableOf(figure: Figure): string {
  const rows = [heads, ...figure.lines.map(rowOf), ...figure.peers.map(rowOf)];
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const written = rows.map((row) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join("  "),
  );
  return [
    `${figure.id}  ${figure.title}`,
    ...written.map((row) => `  ${row}`.trimEnd()),
    ...figure.ratios.map(({ name, value }) => `  ratio     ${name}: ${shown(value)}`),
    ...figure.exponents.map(({ name, value }) => `  exponent  ${name}: ${value.toFixed(2)}`),
    ...figure.goals.map(({ text, isMet }) => `  goal      ${isMet ? "met" : "missed"}: ${text}`),
    ...figure.notes.map((note) => `  note      ${note}`),
  ].join("\n");
}

/** How the ratios stand to those of an earlier report; absolute times of two runs are not compared. */
export function changesSince(report: Report, earlier: Report): string[] {
  return report.figures.flatMap((figure) => {
    const before = earlier.figures.find(({ id }) => id === figure.id);
    return figure.ratios.flatMap(({ name, value }) => {
      const was = before?.ratios.find((ratio) => ratio.name === name);
      return was ? [`${figure.id}  ${name}: ${shown(was.value)} → ${shown(value)}`] : [];
    });
  });
}

/** The last line; falling short of a goal is no failure. */
export function summaryOf({ figures, failed }: Report): string {
  const goals = figures.flatMap((figure) => figure.goals);
  const met = goals.filter(({ isMet }) => isMet).length;
  const lost = failed.length > 0 ? `, ${failed.length} failed (${failed.join(" ")})` : "";
  return `${figures.length} measured${lost}, ${met} of ${goals.length} goals met`;
}
