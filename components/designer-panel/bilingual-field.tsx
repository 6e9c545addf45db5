"use client";

import { useTranslations } from "next-intl";
import { Field } from "#components/form/field";
import { Input } from "#components/form/input";
import type { Bilingual } from "#server/graph/text";

type Props = {
  label: string;
  value: Bilingual;
  placeholder?: Bilingual | undefined;
  onChange: (value: Bilingual) => void;
};

/** A name in both languages, side by side. */
export function BilingualField({ label, value, placeholder, onChange }: Props) {
  const t = useTranslations("workflows.panel");
  return (
    <div className="grid grid-cols-2 gap-2">
      {(["ko", "en"] as const).map((language) => (
        <Field key={language} label={`${label} · ${t(language)}`}>
          {(ids) => (
            <Input
              {...ids}
              lang={language}
              value={value[language]}
              placeholder={placeholder?.[language] ?? ""}
              onChange={(event) => onChange({ ...value, [language]: event.target.value })}
            />
          )}
        </Field>
      ))}
    </div>
  );
}
