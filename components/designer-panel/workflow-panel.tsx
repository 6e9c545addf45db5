"use client";

import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useDesignerFacts } from "#components/designer/designer-facts";
import { useDesigner } from "#components/designer/designer-store";
import { addInput, addOutput } from "#components/document/boundary";
import { sourcesFor } from "#components/document/connections";
import { Field } from "#components/form/field";
import { Textarea } from "#components/form/input";
import { Select } from "#components/form/select";
import { useBilingual } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { parseLink } from "#server/graph/workflow";
import { BilingualField } from "./bilingual-field";
import { useSourceLabel } from "./source-label";

/** The whole workflow, when nothing is chosen: its name, what it asks for and what it gives. */
export function WorkflowPanel() {
  const t = useTranslations("workflows.panel");
  const title = useDesigner((state) => state.workflow.title);
  const description = useDesigner((state) => state.workflow.description);
  const edit = useDesigner((state) => state.edit);
  const { mayEdit } = useDesignerFacts();
  return (
    <fieldset disabled={!mayEdit} className="grid gap-5">
      <h2 className="text-lg">{t("workflow")}</h2>
      <BilingualField
        label={t("title")}
        value={title}
        onChange={(next) => edit((now) => ({ ...now, title: next }), "title")}
      />
      {(["ko", "en"] as const).map((language) => (
        <Field key={language} label={`${t("description")} · ${t(language)}`}>
          {(ids) => (
            <Textarea
              {...ids}
              lang={language}
              rows={2}
              value={description?.[language] ?? ""}
              onChange={(event) => {
                const next = { ...(description ?? { ko: "", en: "" }), [language]: event.target.value };
                edit((now) => ({ ...now, description: next }), `description:${language}`);
              }}
            />
          )}
        </Field>
      ))}
      <Inputs />
      <Outputs />
    </fieldset>
  );
}

function Inputs() {
  const t = useTranslations("workflows.panel");
  const say = useBilingual();
  const inputs = useDesigner((state) => state.workflow.inputs);
  const edit = useDesigner((state) => state.edit);
  const choose = useDesigner((state) => state.choose);
  return (
    <section aria-label={t("inputs")} className="grid gap-1">
      <h3 className="text-sm font-semibold">{t("inputs")}</h3>
      {Object.keys(inputs).length === 0 ? <p className="text-xs text-dim">{t("noInputs")}</p> : null}
      {Object.entries(inputs).map(([name, input]) => (
        <Button key={name} className="justify-between" onClick={() => choose([`inputs.${name}`])}>
          <span className="truncate">{(input.title && say(input.title)) || name}</span>
          <span className="font-mono text-xs font-normal text-faint">{input.type}</span>
        </Button>
      ))}
      <Button
        look="quiet"
        className="justify-self-start"
        onClick={() => edit((now) => addInput(now, "input", { type: "file" }).workflow)}
      >
        <Plus aria-hidden="true" />
        {t("addInput")}
      </Button>
    </section>
  );
}

const NOTHING = "";

function Outputs() {
  const t = useTranslations("workflows.panel");
  const workflow = useDesigner((state) => state.workflow);
  const edit = useDesigner((state) => state.edit);
  const choose = useDesigner((state) => state.choose);
  const { apps } = useDesignerFacts();
  const label = useSourceLabel();
  const taken = new Set(Object.values(workflow.outputs).map((link) => link.from));
  const offered = sourcesFor(workflow, apps, { node: "outputs.new", port: "in" })
    .map((one) => one.from)
    .filter((from) => !from.startsWith("inputs.") && !taken.has(from));
  return (
    <section aria-label={t("results")} className="grid gap-1">
      <h3 className="text-sm font-semibold">{t("results")}</h3>
      {taken.size === 0 ? <p className="text-xs text-dim">{t("noOutputs")}</p> : null}
      {Object.entries(workflow.outputs).map(([name, link]) => (
        <Button key={name} className="justify-between" onClick={() => choose([`outputs.${name}`])}>
          <span className="truncate">{name}</span>
          <span className="truncate text-xs font-normal text-faint">{label(workflow, apps, link.from)}</span>
        </Button>
      ))}
      {offered.length > 0 ? (
        <Select
          aria-label={t("addOutput")}
          value={NOTHING}
          choices={[
            { value: NOTHING, label: t("addOutput") },
            ...offered.map((value) => ({ value, label: label(workflow, apps, value) })),
          ]}
          onChange={(from) => from && edit((now) => addOutput(now, parseLink(from).port, from).workflow)}
        />
      ) : null}
    </section>
  );
}
