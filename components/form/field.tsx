"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useId } from "react";
import { cn } from "#components/ui/class-names";

/** What a control needs so that its label, help and errors are read out with it. */
export type Ids = { id: string; "aria-describedby"?: string; "aria-invalid"?: true; "aria-required"?: true };

type Props = {
  label: ReactNode;
  help?: ReactNode;
  errors?: readonly string[];
  required?: boolean;
  /** Says "optional" behind the label; for forms where most fields are needed. */
  optional?: boolean;
  aside?: ReactNode;
  className?: string;
  children: (ids: Ids) => ReactNode;
};

/** Label, help, control and all its errors, tied together. */
export function Field({
  label,
  help,
  errors = [],
  required = false,
  optional = false,
  aside,
  className,
  children,
}: Props) {
  const t = useTranslations("ui");
  const id = useId();
  const helpId = `${id}-help`;
  const errorId = `${id}-errors`;
  const described = [help ? helpId : "", errors.length > 0 ? errorId : ""].filter(Boolean).join(" ");
  return (
    <div className={cn("grid gap-1", className)}>
      <div className="flex items-baseline justify-between gap-2">
        <label htmlFor={id} className="text-sm font-medium">
          {label}
          {required ? (
            <span className="ml-1 text-bad" title={t("required")}>
              *<span className="sr-only">{t("required")}</span>
            </span>
          ) : null}
          {optional ? <span className="ml-1 font-normal text-faint">({t("optional")})</span> : null}
        </label>
        {aside}
      </div>
      {help ? (
        <div id={helpId} className="text-xs text-dim">
          {help}
        </div>
      ) : null}
      {children({
        id,
        ...(described ? { "aria-describedby": described } : {}),
        ...(errors.length > 0 ? { "aria-invalid": true as const } : {}),
        ...(required ? { "aria-required": true as const } : {}),
      })}
      <FieldErrors id={errorId} errors={errors} />
    </div>
  );
}

/** All problems of one field, each on its line. */
function FieldErrors({ id, errors }: { id: string; errors: readonly string[] }) {
  if (errors.length === 0) return null;
  return (
    <ul id={id} className="grid gap-0.5 text-xs text-bad">
      {errors.map((error) => (
        <li key={error}>{error}</li>
      ))}
    </ul>
  );
}
