"use client";

import { useTranslations } from "next-intl";
import { useStepName } from "#components/canvas/step-title";
import { Table, Td, Th, Tr } from "#components/ui/table";
import type { Value } from "#server/graph/workflow";
import type { RunView } from "#server/protocol/run-view";
import { ValueText } from "./value-text";

/** With what exactly the run and each of its steps were started: values, files by digest, app versions. */
export function Parameters({ run }: { run: RunView }) {
  const t = useTranslations("runs.parameters");
  const stepName = useStepName(run.document);
  return (
    <div className="grid gap-4">
      <Values run={run.id} title={t("inputs")} values={run.inputs} empty={t("noInputs")} />
      {run.steps.map((step) => {
        const name = `${stepName(step.id)}${step.index === null ? "" : ` [${step.index}]`}`;
        return (
          <Values
            key={`${step.id}[${step.index ?? 0}]`}
            run={run.id}
            title={name}
            aside={step.app}
            values={step.parameters}
            empty={t("notReady")}
          />
        );
      })}
    </div>
  );
}

type ValuesProps = { run: string; title: string; aside?: string; values: Record<string, Value>; empty: string };

function Values({ run, title, aside, values, empty }: ValuesProps) {
  const t = useTranslations("runs.parameters");
  const entries = Object.entries(values);
  return (
    <section aria-label={title}>
      <h3 className="mb-1 flex flex-wrap items-baseline gap-2 text-sm font-semibold">
        {title}
        {aside ? <span className="font-mono text-xs font-normal text-dim">{aside}</span> : null}
      </h3>
      {entries.length === 0 ? <p className="text-sm text-dim">{empty}</p> : null}
      {entries.length > 0 ? (
        <Table label={title}>
          <thead>
            <tr>
              <Th className="w-48">{t("name")}</Th>
              <Th>{t("value")}</Th>
            </tr>
          </thead>
          <tbody>
            {entries.map(([name, value]) => (
              <Tr key={name}>
                <Td className="font-mono text-xs">{name}</Td>
                <Td>
                  <ValueText run={run} value={value} />
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      ) : null}
    </section>
  );
}
