"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { callApi, codeOf } from "#components/api/call-api";
import { useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/dialog";
import { Notice } from "#components/ui/empty-state";
import { useTell } from "#components/ui/toast";

type Props = { id: string; user: string; app: string };

/** Takes a permission back, after asking once; what runs under it ends. */
export function RevokeButton({ id, user, app }: Props) {
  const t = useTranslations("agreements");
  const tell = useTell();
  const reason = useReason();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const revoke = useMutation({
    mutationFn: () => callApi(`/api/v1/agreements/${id}/revoke`, { method: "POST" }),
    onSuccess: async () => {
      setOpen(false);
      tell(t("revoked"), "ok");
      await queries.invalidateQueries({ queryKey: ["agreements"] });
    },
  });
  return (
    <>
      <Button look="danger" size="sm" onClick={() => setOpen(true)}>
        {t("revoke")}
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={t("revokeTitle")}
        confirm={t("revokeConfirm")}
        onConfirm={() => revoke.mutate()}
        busy={revoke.isPending}
        danger
      >
        <p className="pb-3">{t("revokeText", { user, app })}</p>
        {revoke.isError ? <Notice tone="bad">{reason(codeOf(revoke.error))}</Notice> : null}
      </ConfirmDialog>
    </>
  );
}
