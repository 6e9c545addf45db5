"use client";

import { useNow, useTranslations } from "next-intl";
import { ClusterMark } from "#components/canvas/cluster-name";
import { useStepName } from "#components/canvas/step-title";
import { clusterColour } from "#components/marks/cluster-chip";
import { StateMark } from "#components/marks/state-mark";
import { Duration, useDurationText } from "#components/marks/time";
import { cn } from "#components/ui/class-names";
import type { RunView, StepView } from "#server/protocol/run-view";
import { type Bar, ticksOf, timelineOf } from "./timeline-bars";

type Props = { run: RunView; chosen: StepView | undefined; onChoose: (step: StepView) => void };

const TICK_MS = 500;
const GRID =
  "grid grid-cols-[104px_minmax(0,1fr)_48px] items-center gap-2 sm:grid-cols-[180px_minmax(0,1fr)_72px] sm:gap-3";

const hatched = (ink: string) => ({
  background: `repeating-linear-gradient(45deg, ${ink} 0 2px, transparent 2px 6px)`,
  border: `1px solid ${ink}`,
});

const barStyle: Record<Bar["kind"], React.CSSProperties> = {
  queued: hatched("var(--edge)"),
  grant: hatched("var(--warn)"),
  running: { background: "var(--cluster)" },
};

/** When each step waited, asked for permission and ran, on one axis. */
export function Timeline({ run, chosen, onChoose }: Props) {
  const t = useTranslations("runs.timeline");
  const name = useStepName(run.document);
  const span = useDurationText();
  const now = useNow({ updateInterval: TICK_MS });
  const end = run.endedAt ? Date.parse(run.endedAt) : now.getTime();
  const { rows, from, to } = timelineOf(run.steps, Date.parse(run.startedAt ?? run.createdAt), end);
  const share = (time: number) => `${(100 * (time - from)) / (to - from)}%`;
  return (
    <div className="numbers text-xs" suppressHydrationWarning>
      <ul aria-label={t("label")}>
        {rows.map(({ key, step, bars }) => {
          return (
            <li key={key}>
              <button
                type="button"
                onClick={() => onChoose(step)}
                aria-pressed={chosen === step}
                className={cn(
                  GRID,
                  "h-8 w-full rounded-md px-1 text-left hover:bg-soft",
                  chosen === step && "bg-accent-soft",
                )}
              >
                <span className="flex min-w-0 items-center gap-1.5">
                  <StateMark kind="step" state={step.state} className="size-2.5" />
                  <span className="truncate">
                    {name(step.id)}
                    {step.index === null ? "" : ` [${step.index}]`}
                  </span>
                  {step.placement === "remote" ? (
                    <ClusterMark name={step.cluster} className="ml-auto shrink-0 max-sm:hidden" />
                  ) : null}
                </span>
                <span className="relative h-3" data-cluster={clusterColour(step.cluster)}>
                  {bars.map((bar) => (
                    <span
                      key={bar.kind}
                      title={`${t(bar.kind)} ${span(bar.to - bar.from)}`}
                      className="absolute inset-y-0 min-w-[2px] rounded-[3px]"
                      style={{
                        left: share(bar.from),
                        width: `calc(${share(bar.to)} - ${share(bar.from)})`,
                        ...barStyle[bar.kind],
                      }}
                    />
                  ))}
                </span>
                <span className="text-right text-dim">
                  {step.startedAt ? <Duration from={step.startedAt} to={step.endedAt} /> : "–"}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
      <Axis spanMs={to - from} />
      <Legend />
    </div>
  );
}

function Axis({ spanMs }: { spanMs: number }) {
  const span = useDurationText();
  return (
    <div aria-hidden="true" className={cn(GRID, "px-1 pt-1 text-faint")}>
      <span />
      <span className="relative h-5 border-t border-line">
        {ticksOf(spanMs)
          .filter((tick) => tick < spanMs * 0.94)
          .map((tick) => (
            <span
              key={tick}
              className="absolute border-l border-line pl-1 whitespace-nowrap max-sm:even:hidden"
              style={{ left: `${(100 * tick) / spanMs}%` }}
            >
              {tick === 0 ? "0" : span(tick)}
            </span>
          ))}
      </span>
      <span />
    </div>
  );
}

function Legend() {
  const t = useTranslations("runs.timeline");
  return (
    <p className="mt-2 flex flex-wrap gap-4 px-1 text-dim">
      {(["queued", "grant", "running"] as const).map((kind) => (
        <span key={kind} className="flex items-center gap-1.5" data-cluster="c1">
          <span aria-hidden="true" className="h-2.5 w-5 rounded-[3px]" style={barStyle[kind]} />
          {t(kind)}
        </span>
      ))}
    </p>
  );
}
