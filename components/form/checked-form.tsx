"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, type ReactNode, useState } from "react";

/** Gives the sentence that is wrong with a value, or undefined. */
export type Rule = (value: string) => string | undefined;
type Values<R> = { [K in keyof R]: string };
type Errors<R> = { [K in keyof R]: string[] };

type Props<R extends Record<string, Rule>> = {
  id: string;
  rules: R;
  onSend: (values: Values<R>) => void;
  children: (errors: Errors<R>) => ReactNode;
};

/** A form that says what is wrong in the page's own language, all at once, and takes the person to the first of it. */
export function CheckedForm<R extends Record<string, Rule>>({ id, rules, onSend, children }: Props<R>) {
  const names = Object.keys(rules) as (keyof R & string)[];
  const clean = Object.fromEntries(names.map((name) => [name, []])) as unknown as Errors<R>;
  const [errors, setErrors] = useState(clean);
  const check = (form: HTMLFormElement) => {
    const data = new FormData(form);
    const values = Object.fromEntries(names.map((name) => [name, String(data.get(name) ?? "").trim()])) as Values<R>;
    const found = Object.fromEntries(
      names.map((name) => [name, [rules[name]?.(values[name])].filter((text) => text !== undefined)]),
    ) as Errors<R>;
    setErrors(found);
    return { values, firstBad: names.find((name) => found[name].length > 0) };
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const { values, firstBad } = check(form);
    if (firstBad === undefined) onSend(values);
    else form.querySelector<HTMLElement>(`[name="${firstBad}"]`)?.focus();
  };
  return (
    <form id={id} noValidate onSubmit={submit} className="grid grid-cols-1 gap-4 pb-3">
      {children(errors)}
    </form>
  );
}

/** The rules that forms need most, in the reader's language. */
export function useRules() {
  const t = useTranslations("ui");
  return {
    filled: (value: string) => (value === "" ? t("fillIn") : undefined),
    between: (minimum: number, maximum: number) => (value: string) =>
      /^\d+$/.test(value) && Number(value) >= minimum && Number(value) <= maximum
        ? undefined
        : t("between", { minimum, maximum }),
  };
}
