"use client";

import { useTranslations } from "next-intl";
import { useBilingual } from "#components/marks/words";
import { useParameterHint } from "#components/parameters/parameter-hint";
import { Chip } from "#components/ui/chip";
import { Table, Td, Th, Tr } from "#components/ui/table";
import type { Parameter } from "#server/graph/app";

/** Every parameter and port of an app, inputs first. */
export function ParameterTable({ parameters }: { parameters: readonly Parameter[] }) {
  const t = useTranslations("market");
  if (parameters.length === 0) return <p className="text-dim">{t("noParameters")}</p>;
  const ordered = [...parameters].sort((a, b) => a.port.localeCompare(b.port));
  return (
    <Table label={t("parameters")}>
      <thead>
        <tr>
          <Th>{t("column.name")}</Th>
          <Th>{t("column.port")}</Th>
          <Th>{t("column.type")}</Th>
          <Th>{t("column.meaning")}</Th>
        </tr>
      </thead>
      <tbody>
        {ordered.map((parameter) => (
          <ParameterRow key={`${parameter.port}-${parameter.name}`} parameter={parameter} all={parameters} />
        ))}
      </tbody>
    </Table>
  );
}

function ParameterRow({ parameter, all }: { parameter: Parameter; all: readonly Parameter[] }) {
  const t = useTranslations("market");
  const ui = useTranslations("ui");
  const words = useBilingual();
  const hint = useParameterHint(parameter, all);
  const choices = parameter.choices?.slice(0, 12).map(String).join(", ");
  return (
    <Tr>
      <Td>
        <span className="font-medium">{words(parameter.title) || parameter.name}</span>
        <span className="block font-mono text-xs text-faint">{parameter.name}</span>
      </Td>
      <Td>
        <span className="inline-flex flex-wrap gap-1">
          <Chip>{t(`port.${parameter.port}`)}</Chip>
          {parameter.required && parameter.port === "in" ? <Chip look="run">{ui("required")}</Chip> : null}
        </span>
      </Td>
      <Td className="min-w-40 text-dim">{hint}</Td>
      <Td className="min-w-48 text-dim">
        {words(parameter.help)}
        {choices ? <span className="block font-mono text-xs">{choices}</span> : null}
      </Td>
    </Tr>
  );
}
