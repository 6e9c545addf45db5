"use client";

import { useTranslations } from "next-intl";
import { Field, type Ids } from "#components/form/field";
import { useBilingual } from "#components/marks/words";
import type { Parameter } from "#server/graph/app";
import type { Value } from "#server/graph/workflow";
import { FileField } from "./file-field";
import { ListField } from "./list-field";
import { useParameterHint } from "./parameter-hint";
import type { ParameterFormProps } from "./parameter-props";
import { ScalarControl } from "./scalar-control";

type Props = Omit<ParameterFormProps, "parameters"> & { parameter: Parameter; siblings: readonly Parameter[] };

/** One parameter: its title and name, what it allows, its control, its problems. */
export function ParameterField({ parameter, siblings, values, problems, linked, onChange, uploadFile, extra }: Props) {
  const words = useBilingual();
  const hint = useParameterHint(parameter, siblings);
  const title = words(parameter.title) || parameter.name;
  const source = linked?.[parameter.name];
  const help = words(parameter.help);
  return (
    <div className="grid gap-1.5" data-parameter={parameter.name}>
      <Field
        label={title}
        required={parameter.required}
        errors={problems?.[parameter.name] ?? []}
        help={
          <>
            {help ? <span className="block">{help}</span> : null}
            <span className="font-mono">{parameter.name}</span>
            {hint ? <span> · {hint}</span> : null}
          </>
        }
      >
        {(ids) =>
          source === undefined ? (
            <Control
              ids={ids}
              title={title}
              parameter={parameter}
              value={values[parameter.name]}
              onChange={(value) => onChange(parameter.name, value)}
              uploadFile={uploadFile}
            />
          ) : (
            <Linked ids={ids} source={source} />
          )
        }
      </Field>
      {extra?.(parameter)}
    </div>
  );
}

function Linked({ ids, source }: { ids: Ids; source: string }) {
  const t = useTranslations("parameters");
  return (
    <output
      {...ids}
      className="block rounded-md border border-dashed border-edge bg-soft px-2.5 py-1.5 text-sm text-dim"
    >
      {t("linked", { from: source })}
    </output>
  );
}

type ControlProps = {
  ids: Ids;
  title: string;
  parameter: Parameter;
  value: Value | undefined;
  onChange: (value: Value | undefined) => void;
  uploadFile: ParameterFormProps["uploadFile"];
};

function Control({ ids, title, parameter, value, onChange, uploadFile }: ControlProps) {
  if (parameter.kind === "file" || parameter.kind === "directory") {
    return <FileField ids={ids} parameter={parameter} value={value} onChange={onChange} uploadFile={uploadFile} />;
  }
  if (parameter.list) {
    return <ListField ids={ids} title={title} parameter={parameter} value={value} onChange={onChange} />;
  }
  const single = typeof value === "object" ? undefined : value;
  return <ScalarControl ids={ids} parameter={parameter} value={single} onChange={onChange} />;
}
