import type { StepView } from "#server/protocol/run-view";

export type Bar = { kind: "queued" | "grant" | "running"; from: number; to: number };
export type TimelineRow = { key: string; step: StepView; bars: Bar[] };

const at = (time: string | null) => (time === null ? undefined : Date.parse(time));

const waitsForPermission = (step: StepView) => step.state === "WAITING_GRANT" || step.state === "WAITING_CONSENT";

function barsOf(step: StepView, now: number): Bar[] {
  const [ready, started, ended] = [at(step.readyAt), at(step.startedAt), at(step.endedAt)];
  const bars: Bar[] = [];
  if (ready !== undefined) {
    const to = started ?? ended ?? now;
    bars.push({ kind: waitsForPermission(step) ? "grant" : "queued", from: ready, to: Math.max(ready, to) });
  }
  if (started !== undefined) bars.push({ kind: "running", from: started, to: Math.max(started, ended ?? now) });
  return bars;
}

/** The run's steps as bars in milliseconds, in the order in which they became ready; `now` ends what is still open. */
export function timelineOf(steps: readonly StepView[], begin: number, now: number) {
  const rows = steps
    .map((step): TimelineRow => ({ key: `${step.id}[${step.index ?? 0}]`, step, bars: barsOf(step, now) }))
    .sort((a, b) => (a.bars[0]?.from ?? Number.POSITIVE_INFINITY) - (b.bars[0]?.from ?? Number.POSITIVE_INFINITY));
  const ends = rows.flatMap((row) => row.bars.map((bar) => bar.to));
  return { rows, from: begin, to: Math.max(begin + 1000, ...ends) };
}

const STEPS_MS = [100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000];
const DAY_MS = 86_400_000;

/** Round marks for the axis, at most eight of them. */
export function ticksOf(spanMs: number): number[] {
  const gap = STEPS_MS.find((step) => spanMs / step <= 8) ?? Math.ceil(spanMs / 8 / DAY_MS) * DAY_MS;
  return Array.from({ length: Math.floor(spanMs / gap) + 1 }, (_, index) => index * gap);
}
