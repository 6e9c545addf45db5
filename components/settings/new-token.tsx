"use client";

import { useTranslations } from "next-intl";
import { useId, useState, useTransition } from "react";
import { CheckedForm, useRules } from "#components/form/checked-form";
import { Field } from "#components/form/field";
import { Input } from "#components/form/input";
import { Select } from "#components/form/select";
import { CopyField } from "#components/marks/copy-button";
import { useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { Notice } from "#components/ui/empty-state";
import type { ActionResult } from "#server/auth/action";

export type CreateToken = (input: { name: string; days: number }) => Promise<ActionResult<{ token: string }>>;

const DAYS = [7, 30, 90, 365];
const USUAL_DAYS = "90";

/** Makes a key for scripts and shows it once. */
export function NewToken({ createToken }: { createToken: CreateToken }) {
  const t = useTranslations("settings");
  const formId = useId();
  const reason = useReason();
  const [open, setOpen] = useState(false);
  const [made, setMade] = useState<string>();
  const [why, setWhy] = useState<string>();
  const [busy, start] = useTransition();
  const change = (next: boolean) => {
    setOpen(next);
    setMade(undefined);
    setWhy(undefined);
  };
  const send = (wish: { name: string; days: number }) => {
    if (busy) return;
    start(async () => {
      const result = await createToken(wish);
      if (result.ok) setMade(result.value.token);
      else setWhy(reason(result.reason, result.detail));
    });
  };
  const isMade = made !== undefined;
  return (
    <>
      <Button onClick={() => change(true)}>{t("newToken")}</Button>
      <Dialog
        open={open}
        onOpenChange={change}
        title={isMade ? t("madeTitle") : t("newToken")}
        description={isMade ? t("madeText") : t("tokensText")}
        actions={
          isMade ? (
            <Button look="go" onClick={() => change(false)}>
              {t("done")}
            </Button>
          ) : (
            <Button look="go" type="submit" form={formId} busy={busy}>
              {t("make")}
            </Button>
          )
        }
      >
        {isMade ? <CopyField text={made} label={t("copyToken")} /> : <TokenForm id={formId} why={why} onSend={send} />}
      </Dialog>
    </>
  );
}

type FormProps = {
  id: string;
  why: string | undefined;
  onSend: (wish: { name: string; days: number }) => void;
};

function TokenForm({ id, why, onSend }: FormProps) {
  const t = useTranslations("settings");
  const { filled } = useRules();
  return (
    <CheckedForm
      id={id}
      rules={{ name: filled, days: filled }}
      onSend={({ name, days }) => onSend({ name, days: Number(days) })}
    >
      {(errors) => (
        <>
          <Field label={t("tokenName")} help={t("tokenNameHelp")} errors={errors.name} required>
            {(ids) => <Input {...ids} name="name" maxLength={80} />}
          </Field>
          <Field label={t("tokenDays")}>
            {(ids) => (
              <Select
                {...ids}
                name="days"
                defaultValue={USUAL_DAYS}
                choices={DAYS.map((count) => ({ value: String(count), label: t("days", { count }) }))}
              />
            )}
          </Field>
          {why ? <Notice tone="bad">{why}</Notice> : null}
        </>
      )}
    </CheckedForm>
  );
}
