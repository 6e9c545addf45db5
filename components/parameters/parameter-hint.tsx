"use client";

import { useTranslations } from "next-intl";
import { useMediaWord } from "#components/marks/vocabulary";
import type { Parameter } from "#server/graph/app";

function limitText(parameter: Parameter, t: ReturnType<typeof useTranslations<"parameters">>): string {
  const { minimum, maximum, unit } = parameter;
  if (minimum !== undefined && maximum !== undefined) {
    return [t("range", { minimum, maximum }), unit].filter(Boolean).join(" ");
  }
  if (minimum !== undefined) return [t("atLeast", { minimum }), unit].filter(Boolean).join(" ");
  if (maximum !== undefined) return [t("atMost", { maximum }), unit].filter(Boolean).join(" ");
  return unit ?? "";
}

const valueText = (value: Parameter["default"], t: ReturnType<typeof useTranslations<"parameters">>): string => {
  if (typeof value === "boolean") return value ? t("yes") : t("no");
  return Array.isArray(value) ? value.join(", ") : String(value);
};

/** What may be entered, in a few words: limits and unit, length, default, media type, which others it excludes. */
export function useParameterHint(parameter: Parameter, siblings: readonly Parameter[]): string {
  const t = useTranslations("parameters");
  const media = useMediaWord();
  const { exclusiveGroup, default: standard, length } = parameter;
  const group = siblings.filter((other) => exclusiveGroup !== undefined && other.exclusiveGroup === exclusiveGroup);
  const kind = t(`kinds.${parameter.kind}`);
  return [
    parameter.list ? t("listOf", { kind }) : kind,
    parameter.mediaType ? media(parameter.mediaType) : "",
    limitText(parameter, t),
    length === undefined ? "" : t("exactly", { count: length }),
    standard === undefined || standard === null || standard === "" || parameter.secret
      ? ""
      : t("defaultIs", { value: valueText(standard, t) }),
    group.length > 1 ? t("oneOfGroup", { names: group.map((other) => other.name).join(", ") }) : "",
    parameter.secret ? t("secretNote") : "",
  ]
    .filter(Boolean)
    .join(" · ");
}
