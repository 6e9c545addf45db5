"use client";

import { Eye, EyeOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { Ids } from "#components/form/field";
import { Input, Textarea } from "#components/form/input";
import { Select } from "#components/form/select";
import { Button } from "#components/ui/button";
import type { Parameter } from "#server/graph/app";

export type Scalar = string | number | boolean | null;

type Props = {
  ids: Partial<Ids> & { "aria-label"?: string };
  parameter: Parameter;
  value: Scalar | undefined;
  onChange: (value: Scalar | undefined) => void;
};

/** What the person typed as the parameter's kind; what is no number stays text, so that its problem shows at the field. */
function scalarFromText(kind: Parameter["kind"], text: string): Scalar | undefined {
  if (kind !== "integer" && kind !== "number") return text === "" ? undefined : text;
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  const number = Number(trimmed);
  return Number.isFinite(number) && /^[-+.\de]+$/i.test(trimmed) ? number : text;
}

/** The control for one value of a parameter, by kind and choices. */
export function ScalarControl(props: Props) {
  const { parameter } = props;
  if (parameter.choices !== undefined) return <ChoiceControl {...props} />;
  if (parameter.kind === "boolean") return <BooleanControl {...props} />;
  if (parameter.secret) return <SecretControl {...props} />;
  return <TextControl {...props} />;
}

function TextControl({ ids, parameter, value, onChange }: Props) {
  const [draft, setDraft] = useState<string>();
  const shown = draft ?? (value === undefined || value === null ? "" : String(value));
  const isNumber = parameter.kind === "integer" || parameter.kind === "number";
  const standard = parameter.default;
  const common = {
    ...ids,
    value: shown,
    placeholder: standard === undefined || standard === null ? "" : String(standard),
    onBlur: () => setDraft(undefined),
  };
  const take = (text: string) => {
    setDraft(text);
    onChange(scalarFromText(parameter.kind, text));
  };
  if (!isNumber && shown.includes("\n")) {
    return <Textarea {...common} onChange={(event) => take(event.target.value)} />;
  }
  return (
    <Input
      {...common}
      inputMode={isNumber ? (parameter.kind === "integer" ? "numeric" : "decimal") : "text"}
      onChange={(event) => take(event.target.value)}
    />
  );
}

function SecretControl({ ids, value, onChange }: Props) {
  const t = useTranslations("parameters");
  const [shown, setShown] = useState(false);
  return (
    <span className="flex gap-1">
      <Input
        {...ids}
        type={shown ? "text" : "password"}
        autoComplete="new-password"
        value={typeof value === "string" ? value : ""}
        onChange={(event) => onChange(event.target.value || undefined)}
      />
      <Button size="icon" aria-label={shown ? t("hideSecret") : t("showSecret")} onClick={() => setShown(!shown)}>
        {shown ? <EyeOff aria-hidden="true" /> : <Eye aria-hidden="true" />}
      </Button>
    </span>
  );
}

function BooleanControl({ ids, parameter, value, onChange }: Props) {
  const t = useTranslations("parameters");
  const now = value ?? parameter.default;
  const names: Record<string, string> = { "": t("notSet"), true: t("yes"), false: t("no") };
  const choices = (now === true || now === false ? ["true", "false"] : ["", "true", "false"]).map((choice) => ({
    value: choice,
    label: names[choice] ?? choice,
  }));
  return (
    <Select
      {...ids}
      value={now === true || now === false ? String(now) : ""}
      choices={choices}
      onChange={(text) => onChange(text === "" ? undefined : text === "true")}
    />
  );
}

function ChoiceControl({ ids, parameter, value, onChange }: Props) {
  const t = useTranslations("parameters");
  const allowed = parameter.choices ?? [];
  const at = value === undefined || value === null ? -1 : allowed.indexOf(value);
  const standard = parameter.default;
  const none =
    standard === undefined || standard === null ? t("chooseOne") : t("defaultIs", { value: String(standard) });
  const choices = [
    { value: "", label: none },
    ...allowed.map((choice, index) => ({ value: String(index), label: String(choice) })),
  ];
  return (
    <Select
      {...ids}
      value={at < 0 ? "" : String(at)}
      choices={choices}
      onChange={(text) => onChange(text === "" ? undefined : allowed[Number(text)])}
    />
  );
}
