"use client";

import { Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { useDesignerFacts } from "#components/designer/designer-facts";
import { useDesigner } from "#components/designer/designer-store";
import {
  fieldOfInput,
  removeInputs,
  removeOutputs,
  renameInput,
  renameOutput,
  retypeInput,
  setOutput,
  updateInput,
} from "#components/document/boundary";
import { sourcesFor } from "#components/document/connections";
import { Field } from "#components/form/field";
import { Input } from "#components/form/input";
import { Select } from "#components/form/select";
import { ParameterForm } from "#components/parameters/parameter-form";
import { Button } from "#components/ui/button";
import { portName, type TypeName, typeName, type WorkflowInput } from "#server/graph/workflow";
import { BilingualField } from "./bilingual-field";
import { useSourceLabel } from "./source-label";

/** A workflow input: what whoever runs the workflow will be asked for. */
export function InputPanel({ name, input }: { name: string; input: WorkflowInput }) {
  const t = useTranslations("workflows.panel");
  const names = useDesigner((state) => state.workflow.inputs);
  const edit = useDesigner((state) => state.edit);
  const choose = useDesigner((state) => state.choose);
  const { mayEdit } = useDesignerFacts();
  const isData = input.type.startsWith("file") || input.type.startsWith("directory");
  const preset = { ...fieldOfInput(name, input), title: { ko: t("default"), en: t("default") }, required: false };
  const { default: _, ...blank } = preset;
  return (
    <fieldset disabled={!mayEdit} className="grid gap-4">
      <h2 className="text-lg">{t("inputTitle")}</h2>
      <NameField
        name={name}
        taken={Object.keys(names)}
        onRename={(to) => {
          edit((now) => renameInput(now, name, to));
          choose([`inputs.${to}`]);
        }}
      />
      <BilingualField
        label={t("title")}
        value={input.title ?? { ko: "", en: "" }}
        onChange={(title) => edit((now) => updateInput(now, name, (one) => ({ ...one, title })), `input:${name}`)}
      />
      <Field label={t("type")}>
        {(ids) => (
          <Select
            {...ids}
            value={input.type}
            choices={typeName.options.map((value) => ({ value, label: value }))}
            onChange={(type) => edit((now) => retypeInput(now, name, type as TypeName))}
          />
        )}
      </Field>
      {isData ? null : (
        <ParameterForm
          parameters={[blank]}
          values={{ [name]: input.default }}
          onChange={(_, value) =>
            edit(
              (now) =>
                updateInput(now, name, ({ default: __, ...one }) =>
                  value === undefined ? one : { ...one, default: value },
                ),
              `default:${name}`,
            )
          }
        />
      )}
      <RemoveButton
        label={t("removeInput")}
        onRemove={() => {
          edit((now) => removeInputs(now, new Set([name])));
          choose([]);
        }}
      />
    </fieldset>
  );
}

/** A workflow output: what the run's person gets, and under which name. */
export function OutputPanel({ name, from }: { name: string; from: string }) {
  const t = useTranslations("workflows.panel");
  const workflow = useDesigner((state) => state.workflow);
  const edit = useDesigner((state) => state.edit);
  const choose = useDesigner((state) => state.choose);
  const { apps, mayEdit } = useDesignerFacts();
  const label = useSourceLabel();
  const sources = sourcesFor(workflow, apps, { node: `outputs.${name}`, port: "in" }).map((one) => one.from);
  const offered = sources.includes(from) ? sources : [from, ...sources];
  return (
    <fieldset disabled={!mayEdit} className="grid gap-4">
      <h2 className="text-lg">{t("outputTitle")}</h2>
      <NameField
        name={name}
        taken={Object.keys(workflow.outputs)}
        onRename={(to) => {
          edit((now) => renameOutput(now, name, to));
          choose([`outputs.${to}`]);
        }}
      />
      <Field label={t("source")}>
        {(ids) => (
          <Select
            {...ids}
            value={from}
            choices={offered.map((value) => ({ value, label: label(workflow, apps, value) }))}
            onChange={(value) => edit((now) => setOutput(now, name, value))}
          />
        )}
      </Field>
      <RemoveButton
        label={t("removeOutput")}
        onRemove={() => {
          edit((now) => removeOutputs(now, new Set([name])));
          choose([]);
        }}
      />
    </fieldset>
  );
}

function RemoveButton({ label, onRemove }: { label: string; onRemove: () => void }) {
  return (
    <Button look="danger" className="justify-self-start" onClick={onRemove}>
      <Trash2 aria-hidden="true" />
      {label}
    </Button>
  );
}

type NameProps = { name: string; taken: readonly string[]; onRename: (to: string) => void };

function NameField({ name, taken, onRename }: NameProps) {
  const t = useTranslations("workflows.panel");
  const [text, setText] = useState(name);
  const isTaken = text !== name && taken.includes(text);
  const valid = portName.safeParse(text).success;
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (text !== name && valid && !isTaken) onRename(text);
  };
  return (
    <form onSubmit={save} onBlur={save}>
      <Field label={t("name")} errors={isTaken ? [t("idTaken")] : valid ? [] : [t("nameInvalid")]}>
        {(ids) => (
          <Input {...ids} className="font-mono" value={text} onChange={(event) => setText(event.target.value)} />
        )}
      </Field>
    </form>
  );
}
