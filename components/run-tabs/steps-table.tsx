"use client";

import { useTranslations } from "next-intl";
import { ClusterMark } from "#components/canvas/cluster-name";
import { useStepName } from "#components/canvas/step-title";
import { bytesText } from "#components/marks/bytes";
import { StateChip } from "#components/marks/state-mark";
import { Duration } from "#components/marks/time";
import { useReason } from "#components/marks/words";
import { Table, Td, Th, Tr } from "#components/ui/table";
import type { RunView, StepView } from "#server/protocol/run-view";
import { CachedFrom } from "./cached-from";

type Props = { run: RunView; onChoose: (step: StepView) => void };

/** Every step run in one row. */
export function StepsTable({ run, onChoose }: Props) {
  const t = useTranslations("runs.steps");
  const name = useStepName(run.document);
  return (
    <Table label={t("label")}>
      <thead>
        <tr>
          <Th>{t("step")}</Th>
          <Th>{t("state")}</Th>
          <Th>{t("cluster")}</Th>
          <Th className="text-right">{t("attempt")}</Th>
          <Th className="text-right">{t("duration")}</Th>
          <Th className="text-right">{t("results")}</Th>
          <Th>{t("reason")}</Th>
        </tr>
      </thead>
      <tbody>
        {run.steps.map((step) => (
          <StepRow key={`${step.id}[${step.index ?? 0}]`} name={name(step.id)} step={step} onChoose={onChoose} />
        ))}
      </tbody>
    </Table>
  );
}

type RowProps = Pick<Props, "onChoose"> & { step: StepView; name: string };

function StepRow({ name, step, onChoose }: RowProps) {
  const t = useTranslations("runs.detail");
  const why = useReason();
  return (
    <Tr>
      <Td className="font-medium">
        <button type="button" className="text-left hover:text-accent hover:underline" onClick={() => onChoose(step)}>
          {name}
          {step.index === null ? null : <span className="text-faint"> [{step.index}]</span>}
        </button>
      </Td>
      <Td>
        <StateChip kind="step" state={step.state} />
      </Td>
      <Td>
        <ClusterMark name={step.cluster}>
          {step.placement === "local" ? null : t(`placement.${step.placement}`)}
        </ClusterMark>
      </Td>
      <Td className="text-right">{step.attempt}</Td>
      <Td className="text-right">{step.startedAt ? <Duration from={step.startedAt} to={step.endedAt} /> : "–"}</Td>
      <Td className="text-right">
        {step.outputs.length > 0 ? bytesText(step.outputs.reduce((sum, one) => sum + one.size, 0)) : "–"}
      </Td>
      <Td className="min-w-40 text-dim">
        {step.cachedFrom ? <CachedFrom origin={step.cachedFrom} /> : null}
        {step.reason ? why(step.reason.code, step.reason.detail) : ""}
      </Td>
    </Tr>
  );
}
