"use client";

import { useTranslations } from "next-intl";
import type { Parameter } from "#server/graph/app";
import { ParameterField } from "./parameter-field";
import type { ParameterFormProps } from "./parameter-props";

/** The form that an app's parameters ask for: files first, then settings; what the program has a default for is optional. */
export function ParameterForm({ parameters, ...rest }: ParameterFormProps) {
  const t = useTranslations("parameters");
  const asked = parameters.filter((parameter) => parameter.port === "in");
  if (asked.length === 0) return <p className="text-sm text-dim">{t("none")}</p>;
  const isData = (parameter: Parameter) => parameter.kind === "file" || parameter.kind === "directory";
  const ordered = [...asked.filter(isData), ...asked.filter((parameter) => !isData(parameter))];
  return (
    <div className="grid gap-4">
      {ordered.map((parameter) => (
        <ParameterField key={parameter.name} parameter={parameter} siblings={asked} {...rest} />
      ))}
    </div>
  );
}
