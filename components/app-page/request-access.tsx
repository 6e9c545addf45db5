"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { callApi, codeOf } from "#components/api/call-api";
import { CheckedForm, useRules } from "#components/form/checked-form";
import { Field } from "#components/form/field";
import { Input, Textarea } from "#components/form/input";
import { useBilingual, useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { Notice } from "#components/ui/empty-state";
import { useTell } from "#components/ui/toast";
import { type AppVersion, appPath } from "#server/graph/app";

/** Asks the owner for a durable permission: why, how long, how often. */
export function RequestAccess({ app, clusterTitle }: { app: AppVersion; clusterTitle: string }) {
  const t = useTranslations("market");
  const words = useBilingual();
  const tell = useTell();
  const router = useRouter();
  const formId = useId();
  const reason = useReason();
  const { filled, between } = useRules();
  const [open, setOpen] = useState(false);
  const ask = useMutation({
    mutationFn: (body: { app: string; days: number; runs: number; purpose: string }) =>
      callApi<{ id: string }>("/api/v1/agreements", { method: "POST", body }),
    onSuccess: () => {
      setOpen(false);
      tell(t("sent"), "ok");
      router.refresh();
    },
  });
  return (
    <>
      <Button look="go" size="lg" onClick={() => setOpen(true)}>
        {t("request")}
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={t("requestTitle", { app: words(app.title) })}
        description={t("requestText", { cluster: clusterTitle })}
        actions={
          <Button look="go" type="submit" form={formId} busy={ask.isPending}>
            {t("send")}
          </Button>
        }
      >
        <CheckedForm
          id={formId}
          rules={{ purpose: filled, days: between(1, 365), runs: between(1, 100_000) }}
          onSend={({ purpose, days, runs }) =>
            ask.isPending || ask.mutate({ app: appPath(app), purpose, days: Number(days), runs: Number(runs) })
          }
        >
          {(errors) => (
            <>
              <Field label={t("purpose")} help={t("purposeHelp")} errors={errors.purpose} required>
                {(ids) => <Textarea {...ids} name="purpose" maxLength={500} rows={4} />}
              </Field>
              <div className="grid gap-4 sm:grid-cols-2">
                <Field label={t("days")} errors={errors.days} required>
                  {(ids) => <Input {...ids} name="days" inputMode="numeric" defaultValue={30} />}
                </Field>
                <Field label={t("runs")} errors={errors.runs} required>
                  {(ids) => <Input {...ids} name="runs" inputMode="numeric" defaultValue={100} />}
                </Field>
              </div>
              {ask.isError ? <Notice tone="bad">{reason(codeOf(ask.error))}</Notice> : null}
            </>
          )}
        </CheckedForm>
      </Dialog>
    </>
  );
}
