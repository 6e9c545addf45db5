"use client";

import { Split } from "lucide-react";
import { useTranslations } from "next-intl";
import { createContext, memo, useContext, useMemo } from "react";
import type { NodeProps } from "reactflow";
import type { StepNode } from "#components/canvas/graph-of-workflow";
import { StepCard } from "#components/canvas/step-card";
import { bytesText } from "#components/marks/bytes";
import { StateMark, useStateWord } from "#components/marks/state-mark";
import { Duration } from "#components/marks/time";
import { Chip } from "#components/ui/chip";
import type { RunView, StepView } from "#server/protocol/run-view";
import { instancesOf, type StepSummary, summaryOf } from "./step-summary";
import { useRunPart } from "./use-run";

/** The run whose steps the nodes show; each node reads only its own step. */
export const RunIdContext = createContext("");

const NEEDS = new Set(["UNREACHABLE", "WAITING_CONSENT"]);

function Step({ id, data, selected }: NodeProps<StepNode>) {
  const t = useTranslations("runs.node");
  const word = useStateWord();
  const run = useContext(RunIdContext);
  const select = useMemo(() => (view: RunView) => summaryOf(instancesOf(view.steps, id)), [id]);
  const summary = useRunPart(run, select);
  const shown = summary?.shown;
  return (
    <StepCard
      data={data}
      chosen={selected ?? false}
      tone={toneOf(shown)}
      readOnly
      mark={<StateMark kind="step" state={summary?.state ?? "WAITING"} />}
      badge={summary ? <Badge summary={summary} /> : null}
      chip={shown && shown.placement !== "local" ? t(`placement.${shown.placement}`) : null}
      where={summary ? word("step", summary.state) : null}
      asides={summary ? asidesOf(summary) : {}}
    >
      {shown?.proxy ? <ProxyLines step={shown} proxy={shown.proxy} /> : null}
    </StepCard>
  );
}

function toneOf(step: StepView | undefined): "problem" | "failed" | undefined {
  if (step?.state === "FAILED") return "failed";
  return step && NEEDS.has(step.state) ? "problem" : undefined;
}

/** How long it took and, for a scattered step, how many of its instances are done. */
function Badge({ summary }: { summary: StepSummary }) {
  const { shown, first, done, total } = summary;
  return (
    <span className="numbers flex items-center gap-1.5 text-xs font-normal text-dim">
      {shown.startedAt ? <Duration from={shown.startedAt} to={shown.endedAt} /> : null}
      {first.index === null ? null : (
        <Chip>
          <Split aria-hidden="true" className="size-3" />
          {done}/{total}
        </Chip>
      )}
    </span>
  );
}

/** What each output port gave: its size, or for many files their number and size. */
function asidesOf({ shown }: StepSummary): Record<string, string> {
  const sizes = new Map<string, { count: number; size: number }>();
  for (const { port, size } of shown.outputs) {
    const there = sizes.get(port) ?? { count: 0, size: 0 };
    sizes.set(port, { count: there.count + 1, size: there.size + size });
  }
  return Object.fromEntries(
    [...sizes].map(([port, { count, size }]) => [port, count > 1 ? `${count} · ${bytesText(size)}` : bytesText(size)]),
  );
}

/** Both sides of a remote step: the proxy app here, the grant and the traffic to the host. */
function ProxyLines({ step, proxy }: { step: StepView; proxy: NonNullable<StepView["proxy"]> }) {
  const t = useTranslations("runs.node");
  return (
    <div className="numbers border-t border-line px-3 py-1 text-[11px] text-dim">
      <div className="flex justify-between gap-2">
        <span className="min-w-0 truncate">
          {t("proxy")} <span className="font-mono">{proxy.name}</span>
        </span>
        <span className="shrink-0">{t("attempt", { attempt: step.attempt })}</span>
      </div>
      <div className="flex justify-between gap-2">
        <span className="min-w-0 truncate">
          {t("grant")} <span className="font-mono">{proxy.grantId ?? "–"}</span>
        </span>
        <span className="shrink-0">
          ↑{bytesText(proxy.bytesOut)} ↓{bytesText(proxy.bytesIn)}
        </span>
      </div>
    </div>
  );
}

export const RunNode = memo(Step);
