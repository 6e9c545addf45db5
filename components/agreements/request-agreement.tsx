"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useId } from "react";
import { callApi, codeOf, Refusal } from "#components/api/call-api";
import { CheckedForm, useRules } from "#components/form/checked-form";
import { Field } from "#components/form/field";
import { Input, Textarea } from "#components/form/input";
import { useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { Notice } from "#components/ui/empty-state";
import { useTell } from "#components/ui/toast";
import type { Budget } from "#server/protocol/agreement";
import { budgetOf, readAmount, TERMS, type Term } from "./budget";

type Wish = { days: number; purpose: string; budget: Budget };
type Answer = { id: string; state: string };

type Props = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** `cluster/name`. */
  app: string;
  appTitle: string;
  clusterTitle: string;
  onDone?: () => void;
};

/** Asks an app's owner for a durable permission: why, how long, how much. */
export function RequestAgreement({ open, onOpenChange, app, appTitle, clusterTitle, onDone }: Props) {
  const t = useTranslations("agreements.request");
  const tell = useTell();
  const formId = useId();
  const queries = useQueryClient();
  const ask = useMutation({
    mutationFn: (wish: Wish) => callApi<Answer>("/api/v1/agreements", { method: "POST", body: { app, ...wish } }),
    onSuccess: async ({ state }) => {
      onOpenChange(false);
      tell(state === "ACTIVE" ? t("granted") : t("sent"), "ok");
      onDone?.();
      await Promise.all(["plan", "agreements"].map((key) => queries.invalidateQueries({ queryKey: [key] })));
    },
  });
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("title", { app: appTitle })}
      description={t("text", { cluster: clusterTitle })}
      actions={
        <Button look="go" type="submit" form={formId} busy={ask.isPending}>
          {t("send")}
        </Button>
      }
    >
      <RequestForm id={formId} error={ask.error} onSend={(wish) => ask.isPending || ask.mutate(wish)} />
    </Dialog>
  );
}

const FIRST_DAYS = 30;
const FIRST_RUNS = 100;

type FormProps = { id: string; error: Error | null; onSend: (wish: Wish) => void };

function RequestForm({ id, error, onSend }: FormProps) {
  const t = useTranslations("agreements.request");
  const reason = useReason();
  const { filled, between } = useRules();
  const amount = (term: Term) => (text: string) =>
    readAmount(term, text) === undefined ? t(term === "runs" ? "badRuns" : "badAmount") : undefined;
  const terms = { runs: amount("runs"), cpuSeconds: amount("cpuSeconds"), gpuSeconds: amount("gpuSeconds") };
  const rules = { purpose: filled, days: between(1, 365), ...terms, outputBytes: amount("outputBytes") };
  return (
    <CheckedForm
      id={id}
      rules={rules}
      onSend={({ purpose, days, ...fields }) => onSend({ purpose, days: Number(days), budget: budgetOf(fields) })}
    >
      {(errors) => (
        <>
          <Field label={t("purpose")} help={t("purposeHelp")} errors={errors.purpose} required>
            {(ids) => <Textarea {...ids} name="purpose" maxLength={500} rows={4} />}
          </Field>
          <Field label={t("days")} errors={errors.days} required className="sm:w-1/2 sm:pr-2">
            {(ids) => <Input {...ids} name="days" inputMode="numeric" defaultValue={FIRST_DAYS} />}
          </Field>
          <BudgetFields errors={errors} />
          {error ? (
            <Notice tone="bad">{reason(codeOf(error), error instanceof Refusal ? error.detail : {})}</Notice>
          ) : null}
        </>
      )}
    </CheckedForm>
  );
}

function BudgetFields({ errors }: { errors: Record<Term, string[]> }) {
  const t = useTranslations("agreements.request");
  const helpId = useId();
  return (
    <fieldset aria-describedby={helpId}>
      <legend className="text-sm font-medium">{t("budget")}</legend>
      <p id={helpId} className="mb-2 text-xs text-dim">
        {t("budgetHelp")}
      </p>
      <div className="grid gap-3 sm:grid-cols-2">
        {TERMS.map((term) => (
          <Field key={term} label={t(term)} errors={errors[term]}>
            {(ids) => (
              <Input
                {...ids}
                name={term}
                inputMode={term === "runs" ? "numeric" : "decimal"}
                placeholder={t("noLimit")}
                defaultValue={term === "runs" ? FIRST_RUNS : ""}
              />
            )}
          </Field>
        ))}
      </div>
    </fieldset>
  );
}
