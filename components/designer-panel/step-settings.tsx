"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { ClusterMark } from "#components/canvas/cluster-name";
import { useDesignerFacts } from "#components/designer/designer-facts";
import { useDesigner } from "#components/designer/designer-store";
import { renameStep, updateStep } from "#components/document/steps";
import { Checkbox } from "#components/form/checkbox";
import { Field } from "#components/form/field";
import { Input } from "#components/form/input";
import { Select } from "#components/form/select";
import { useReason } from "#components/marks/words";
import type { AppVersion } from "#server/graph/app";
import { type AppStep, stepId } from "#server/graph/workflow";
import { BilingualField } from "./bilingual-field";
import { RequestAccess } from "./request-access";

type Props = { id: string; step: AppStep; app: AppVersion | undefined };

/** Where, how often and under which condition the step runs, and what it is called. */
export function StepSettings({ id, step, app }: Props) {
  const t = useTranslations("workflows.panel");
  const edit = useDesigner((state) => state.edit);
  const { mayEdit } = useDesignerFacts();
  const change = (part: Partial<AppStep>, burst?: string) =>
    edit((now) => updateStep(now, id, (one) => ({ ...one, ...part })), burst);
  return (
    <fieldset disabled={!mayEdit} className="grid gap-4">
      <Placement id={id} step={step} onChange={(placement) => change({ placement })} />
      <BilingualField
        label={t("title")}
        value={step.title ?? { ko: "", en: "" }}
        placeholder={app?.title}
        onChange={(title) =>
          edit(
            (now) => updateStep(now, id, ({ title: _, ...one }) => (title.ko || title.en ? { ...one, title } : one)),
            `title:${id}`,
          )
        }
      />
      <Field label={t("attempts")} help={t("attemptsHelp")}>
        {(ids) => (
          <Input
            {...ids}
            type="number"
            min={1}
            max={10}
            value={step.retry.attempts}
            onChange={(event) => {
              const attempts = Math.round(event.target.valueAsNumber);
              if (attempts >= 1 && attempts <= 10) change({ retry: { attempts } }, `retry:${id}`);
            }}
          />
        )}
      </Field>
      <Field label={t("when")} help={t("whenHelp")}>
        {(ids) => (
          <Input
            {...ids}
            className="font-mono"
            value={step.when ?? ""}
            placeholder="inputs.window > 1"
            onChange={(event) => {
              const when = event.target.value;
              edit(
                (now) => updateStep(now, id, ({ when: _, ...one }) => (when ? { ...one, when } : one)),
                `when:${id}`,
              );
            }}
          />
        )}
      </Field>
      <Checkbox checked={step.cache} onChange={(cache) => change({ cache })}>
        {t("cache")}
      </Checkbox>
      <StepName id={id} />
    </fieldset>
  );
}

function Placement({
  id,
  step,
  onChange,
}: {
  id: string;
  step: AppStep;
  onChange: (choice: AppStep["placement"]) => void;
}) {
  const t = useTranslations("workflows.panel");
  const why = useReason();
  const { plan } = useDesignerFacts();
  const planned = plan.get(id);
  const choices = (["auto", "home", "remote"] as const).map((value) => ({ value, label: t(`place.${value}`) }));
  return (
    <Field
      label={t("where")}
      help={
        planned ? (
          <span className="flex flex-wrap items-center gap-1.5">
            <ClusterMark name={planned.cluster} /> {why(planned.reason)}
          </span>
        ) : null
      }
    >
      {(ids) => (
        <>
          <Select
            {...ids}
            choices={choices}
            value={step.placement}
            onChange={(value) => onChange(value as AppStep["placement"])}
          />
          {planned?.permission === "missing" ? <RequestAccess app={step.app} /> : null}
        </>
      )}
    </Field>
  );
}

/** The step's id, as links and conditions name it; it changes everywhere at once. */
function StepName({ id }: { id: string }) {
  const t = useTranslations("workflows.panel");
  const steps = useDesigner((state) => state.workflow.steps);
  const edit = useDesigner((state) => state.edit);
  const choose = useDesigner((state) => state.choose);
  const [text, setText] = useState(id);
  const taken = text !== id && (steps[text] !== undefined || text === "inputs" || text === "outputs");
  const valid = stepId.safeParse(text).success;
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (text === id || taken || !valid) return;
    edit((now) => renameStep(now, id, text));
    choose([text]);
  };
  return (
    <form onSubmit={save} onBlur={save}>
      <Field label={t("id")} help={t("idHelp")} errors={taken ? [t("idTaken")] : valid ? [] : [t("idInvalid")]}>
        {(ids) => (
          <Input {...ids} className="font-mono" value={text} onChange={(event) => setText(event.target.value)} />
        )}
      </Field>
    </form>
  );
}
