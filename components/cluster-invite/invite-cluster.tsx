"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useId } from "react";
import { callApi, codeOf } from "#components/api/call-api";
import { CheckedForm, useRules } from "#components/form/checked-form";
import { Field } from "#components/form/field";
import { Input } from "#components/form/input";
import { useBilingual, useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { Notice } from "#components/ui/empty-state";
import { clusterName } from "#server/graph/app";
import type { Bilingual } from "#server/graph/text";
import { type Invitation, InvitationView } from "./invitation";

/** A cluster that was invited before; with `replace` also one that has a key, which is then forgotten. */
export type Again = { name: string; title: Bilingual; replace: boolean };
type Body = { name: string; title: Bilingual; replace: boolean };
type Props = { open: boolean; onOpenChange: (open: boolean) => void; again?: Again | undefined };

/** Names a cluster and shows its join token, once. */
export function InviteCluster({ open, onOpenChange, again }: Props) {
  const t = useTranslations("clusters");
  const words = useBilingual();
  const formId = useId();
  const queries = useQueryClient();
  const invite = useMutation({
    // A token that was shown leaves the memory of the page with the dialog.
    gcTime: 0,
    mutationFn: (body: Body) => callApi<Invitation>("/api/v1/clusters/invitations", { method: "POST", body }),
    onSuccess: () =>
      Promise.all(["clusters", "agreements"].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
  const close = (next: boolean) => {
    if (!next) invite.reset();
    onOpenChange(next);
  };
  const done = (
    <Button look="go" onClick={() => close(false)}>
      {t("done")}
    </Button>
  );
  if (invite.data) {
    return (
      <Dialog open={open} onOpenChange={close} title={t("tokenTitle")} description={t("tokenText")} actions={done} wide>
        <InvitationView invitation={invite.data} />
      </Dialog>
    );
  }
  return (
    <Dialog
      open={open}
      onOpenChange={close}
      title={again?.replace ? t("replaceTitle", { name: words(again.title) }) : t("inviteTitle")}
      description={t("inviteText")}
      actions={
        <Button look={again?.replace ? "danger" : "go"} type="submit" form={formId} busy={invite.isPending}>
          {t("make")}
        </Button>
      }
    >
      {again?.replace ? (
        <Notice tone="warn" className="mb-3">
          {t("replaceText")}
        </Notice>
      ) : null}
      <InviteForm
        id={formId}
        again={again}
        error={invite.error}
        onSend={(body) => invite.isPending || invite.mutate(body)}
      />
    </Dialog>
  );
}

type FormProps = { id: string; again: Again | undefined; error: Error | null; onSend: (body: Body) => void };

function InviteForm({ id, again, error, onSend }: FormProps) {
  const t = useTranslations("clusters");
  const reason = useReason();
  const { filled } = useRules();
  const name = (value: string) => (clusterName.safeParse(value).success ? undefined : t("badName"));
  const known = again ? { defaultValue: again.name, readOnly: true } : {};
  return (
    <CheckedForm
      id={id}
      rules={{ name, ko: filled, en: filled }}
      onSend={(values) =>
        onSend({ name: values.name, title: { ko: values.ko, en: values.en }, replace: again?.replace ?? false })
      }
    >
      {(errors) => (
        <>
          <Field label={t("name")} help={t("nameHelp")} errors={errors.name} required>
            {(ids) => <Input {...ids} {...known} name="name" maxLength={31} spellCheck={false} className="font-mono" />}
          </Field>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label={t("titleKo")} errors={errors.ko} required>
              {(ids) => <Input {...ids} name="ko" lang="ko" maxLength={80} defaultValue={again?.title.ko} />}
            </Field>
            <Field label={t("titleEn")} errors={errors.en} required>
              {(ids) => <Input {...ids} name="en" lang="en" maxLength={80} defaultValue={again?.title.en} />}
            </Field>
          </div>
          {error ? <Notice tone="bad">{reason(codeOf(error))}</Notice> : null}
        </>
      )}
    </CheckedForm>
  );
}
