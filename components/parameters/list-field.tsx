"use client";

import { Plus, X } from "lucide-react";
import { useTranslations } from "next-intl";
import type { Ids } from "#components/form/field";
import { Button } from "#components/ui/button";
import type { Parameter } from "#server/graph/app";
import type { Value } from "#server/graph/workflow";
import { type Scalar, ScalarControl } from "./scalar-control";

type Props = {
  ids: Ids;
  title: string;
  parameter: Parameter;
  value: Value | undefined;
  onChange: (value: Value | undefined) => void;
};

const emptyOf = (parameter: Parameter): Scalar =>
  parameter.choices?.[0] ?? (parameter.kind === "boolean" ? false : parameter.kind === "string" ? "" : 0);

function scalarRows(value: Value | undefined, parameter: Parameter): Scalar[] {
  const rows = Array.isArray(value)
    ? value.filter((row): row is Scalar => typeof row !== "object" || row === null)
    : [];
  const missing = Math.max(0, (parameter.length ?? 0) - rows.length);
  return [...rows, ...Array.from({ length: missing }, () => emptyOf(parameter))];
}

/** A list of values, one row each; where the program wants an exact number, exactly that many rows stand there. */
export function ListField({ ids, title, parameter, value, onChange }: Props) {
  const t = useTranslations("parameters");
  const rows = scalarRows(value, parameter);
  const fixed = parameter.length !== undefined;
  const put = (at: number, row: Scalar | undefined) => {
    onChange(rows.map((old, index) => (index === at ? (row ?? (parameter.kind === "string" ? "" : null)) : old)));
  };
  const drop = (at: number) => {
    const left = rows.filter((_, index) => index !== at);
    onChange(left.length === 0 ? undefined : left);
  };
  const keyed = rows.map((row, index) => ({ row, index, key: `row-${index}` }));
  return (
    <fieldset {...ids} aria-label={title} className="grid gap-1.5">
      {keyed.map(({ row, index, key }) => (
        <span key={key} className="flex gap-1">
          <ScalarControl
            ids={{ "aria-label": t("row", { title, row: index + 1 }) }}
            parameter={parameter}
            value={row}
            onChange={(next) => put(index, next)}
          />
          {fixed ? null : (
            <Button
              look="quiet"
              size="icon"
              aria-label={t("removeRow", { title, row: index + 1 })}
              onClick={() => drop(index)}
            >
              <X aria-hidden="true" />
            </Button>
          )}
        </span>
      ))}
      {fixed ? null : (
        <Button size="sm" className="justify-self-start" onClick={() => onChange([...rows, emptyOf(parameter)])}>
          <Plus aria-hidden="true" />
          {t("addRow", { title })}
        </Button>
      )}
    </fieldset>
  );
}
