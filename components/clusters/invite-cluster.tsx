"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useId } from "react";
import { callApi, codeOf } from "#components/api/call-api";
import { CheckedForm, useRules } from "#components/form/checked-form";
import { Field } from "#components/form/field";
import { Input } from "#components/form/input";
import { CopyField } from "#components/marks/copy-button";
import { DueTime } from "#components/marks/time";
import { useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { Notice } from "#components/ui/empty-state";
import { clusterName } from "#server/graph/app";
import type { Bilingual } from "#server/graph/text";

type Invitation = { name: string; joinToken: string; expiresAt: string };
type Props = { open: boolean; onOpenChange: (open: boolean) => void };

/** Names a new cluster and shows its join token, once. */
export function InviteCluster({ open, onOpenChange }: Props) {
  const t = useTranslations("clusters");
  const formId = useId();
  const queries = useQueryClient();
  const invite = useMutation({
    mutationFn: (body: { name: string; title: Bilingual }) =>
      callApi<Invitation>("/api/v1/clusters/invitations", { method: "POST", body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["clusters"] }),
  });
  const close = (next: boolean) => {
    if (!next) invite.reset();
    onOpenChange(next);
  };
  if (invite.data) {
    return (
      <Dialog
        open={open}
        onOpenChange={close}
        title={t("tokenTitle")}
        description={t("tokenText")}
        actions={
          <Button look="go" onClick={() => close(false)}>
            {t("done")}
          </Button>
        }
      >
        <CopyField text={invite.data.joinToken} label={t("copyToken")} />
        <p className="pb-3 text-xs text-dim">
          <span className="font-mono">{invite.data.name}</span> · <DueTime at={invite.data.expiresAt} />
        </p>
      </Dialog>
    );
  }
  return (
    <Dialog
      open={open}
      onOpenChange={close}
      title={t("inviteTitle")}
      description={t("inviteText")}
      actions={
        <Button look="go" type="submit" form={formId} busy={invite.isPending}>
          {t("make")}
        </Button>
      }
    >
      <InviteForm id={formId} error={invite.error} onSend={(body) => invite.isPending || invite.mutate(body)} />
    </Dialog>
  );
}

type FormProps = { id: string; error: Error | null; onSend: (body: { name: string; title: Bilingual }) => void };

function InviteForm({ id, error, onSend }: FormProps) {
  const t = useTranslations("clusters");
  const reason = useReason();
  const { filled } = useRules();
  const name = (value: string) => (clusterName.safeParse(value).success ? undefined : t("badName"));
  return (
    <CheckedForm
      id={id}
      rules={{ name, ko: filled, en: filled }}
      onSend={(values) => onSend({ name: values.name, title: { ko: values.ko, en: values.en } })}
    >
      {(errors) => (
        <>
          <Field label={t("name")} help={t("nameHelp")} errors={errors.name} required>
            {(ids) => <Input {...ids} name="name" maxLength={31} spellCheck={false} className="font-mono" />}
          </Field>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label={t("titleKo")} errors={errors.ko} required>
              {(ids) => <Input {...ids} name="ko" lang="ko" maxLength={80} />}
            </Field>
            <Field label={t("titleEn")} errors={errors.en} required>
              {(ids) => <Input {...ids} name="en" lang="en" maxLength={80} />}
            </Field>
          </div>
          {error ? <Notice tone="bad">{reason(codeOf(error))}</Notice> : null}
        </>
      )}
    </CheckedForm>
  );
}
