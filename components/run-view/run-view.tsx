"use client";

import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import { useStepName } from "#components/canvas/step-title";
import { Select } from "#components/form/select";
import { useStateWord } from "#components/marks/state-mark";
import { LogView } from "#components/run-logs/log-view";
import { Parameters } from "#components/run-tabs/parameters";
import { Results } from "#components/run-tabs/results";
import { StepsTable } from "#components/run-tabs/steps-table";
import { Timeline } from "#components/run-tabs/timeline";
import { Tabs } from "#components/ui/tabs";
import type { RunView as Run, StepView } from "#server/protocol/run-view";
import { RunCanvas } from "./run-canvas";
import { RunHeader } from "./run-header";
import { StepDetail } from "./step-detail";
import { instancesOf, summaryOf } from "./step-summary";
import { useRunEvents, useRunPart } from "./use-run";

const whole = (run: Run) => run;

/** A run, live: the drawing above, time, steps, results and logs below. */
export function RunView({ initial }: { initial: Run }) {
  const t = useTranslations("runs.view");
  const run = useRunPart(initial.id, whole, initial) ?? initial;
  useRunEvents(run.id, run.state);
  const [picked, setPicked] = useState<{ id: string; index: number | null }>();
  const chosen = picked?.id ?? interesting(run.steps)?.id;
  const step = useShown(run.steps, chosen, picked?.index);
  const choose = (id: string | undefined, index: number | null = null) =>
    setPicked(id === undefined ? undefined : { id, index });
  const pick = (one: StepView) => choose(one.id, one.index);
  const tabs = [
    { id: "time", label: t("tabs.time"), content: <Timeline run={run} chosen={step} onChoose={pick} /> },
    { id: "steps", label: t("tabs.steps"), content: <StepsTable run={run} onChoose={pick} /> },
    { id: "results", label: t("tabs.results"), content: <Results run={run} /> },
    { id: "parameters", label: t("tabs.parameters"), content: <Parameters run={run} /> },
  ];
  return (
    <div className="flex flex-col bg-paper lg:h-room">
      <RunHeader id={run.id} />
      <div className="h-[42dvh] min-h-64 lg:h-auto lg:min-h-0 lg:flex-1">
        <RunCanvas id={run.id} chosen={chosen} onChoose={choose} />
      </div>
      <div className="grid min-h-0 border-t border-line bg-card lg:h-[min(360px,38dvh)] lg:grid-cols-[minmax(0,1fr)_minmax(360px,40%)]">
        <Tabs
          tabs={tabs}
          label={t("tabs.label")}
          className="flex min-h-0 min-w-0 flex-col px-5 pt-1 [&>[role=tablist]]:shrink-0"
          contentClassName="min-h-0 flex-1 overflow-y-auto pb-4"
        />
        {step ? (
          <Side run={run} step={step} onChoose={pick} />
        ) : (
          <p className="border-l border-line p-5 text-sm text-dim">{t("chooseStep")}</p>
        )}
      </div>
    </div>
  );
}

/** What a reader wants to see first: what failed, else what runs, else the last step. */
function interesting(steps: readonly StepView[]): StepView | undefined {
  return summaryOf(steps.filter((step) => step.state !== "WAITING").reverse())?.shown ?? steps[0];
}

function useShown(steps: readonly StepView[], id: string | undefined, index: number | null | undefined) {
  return useMemo(() => {
    if (id === undefined) return undefined;
    const instances = instancesOf(steps, id);
    return instances.find((one) => one.index === index) ?? summaryOf(instances)?.shown;
  }, [steps, id, index]);
}

/** Before an attempt has started nothing was written, and its log cannot be asked for. */
const hasLog = (step: StepView) => step.startedAt !== null || step.logBytes > 0;

function Side({ run, step, onChoose }: { run: Run; step: StepView; onChoose: (step: StepView) => void }) {
  const t = useTranslations("runs.view");
  const states = useTranslations("runs.detail");
  const word = useStateWord();
  const title = useStepName(run.document)(step.id);
  const instances = instancesOf(run.steps, step.id);
  const place = { run: run.id, step: step.id, index: step.index ?? 0, attempt: Math.max(1, step.attempt) };
  const tabs = [
    {
      id: "log",
      label: t("log"),
      content: hasLog(step) ? (
        <LogView key={Object.values(place).join("/")} place={place} title={title} knownBytes={step.logBytes} />
      ) : (
        <p className="p-4 text-sm text-dim">{states(`state.${step.state}`)}</p>
      ),
    },
    { id: "detail", label: t("detail"), content: <StepDetail run={run.id} step={step} /> },
  ];
  return (
    <section aria-label={title} className="relative flex min-h-80 min-w-0 flex-col border-l border-line lg:min-h-0">
      {instances.length > 1 ? (
        <Select
          aria-label={t("instance")}
          className="absolute top-1 right-3 z-10 w-44"
          value={String(step.index ?? 0)}
          choices={instances.map((one) => ({
            value: String(one.index ?? 0),
            label: `${one.index ?? 0} · ${word("step", one.state)}`,
          }))}
          onChange={(value) => {
            const found = instances.find((one) => String(one.index ?? 0) === value);
            if (found) onChoose(found);
          }}
        />
      ) : null}
      <Tabs
        tabs={tabs}
        label={title}
        className="flex min-h-0 flex-1 flex-col [&>[role=tablist]]:shrink-0 [&>[role=tablist]]:px-4 [&>[role=tablist]]:pt-1"
        contentClassName="flex min-h-0 flex-1 flex-col overflow-y-auto pt-0 data-[state=inactive]:hidden [&>*]:flex-1"
      />
    </section>
  );
}
