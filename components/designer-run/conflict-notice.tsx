"use client";

import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { callApi, codeOf } from "#components/api/call-api";
import { useDesigner } from "#components/designer/designer-store";
import { useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";

/** Somebody saved a newer draft: nothing of theirs is overwritten and nothing of ours is lost. */
export function ConflictNotice() {
  const t = useTranslations("workflows.conflict");
  const why = useReason();
  const workflow = useDesigner((state) => state.workflow);
  const copy = useMutation({
    mutationFn: () => callApi<{ id: string }>("/api/v1/workflows", { method: "POST", body: { workflow } }),
    onSuccess: ({ id }) => window.location.assign(`/workflows/${id}`),
  });
  return (
    <div
      role="alert"
      className="flex flex-wrap items-center gap-2 border-b border-line bg-bad-soft px-4 py-2 text-sm text-bad"
    >
      <span className="min-w-0 flex-1">{copy.isError ? why(codeOf(copy.error)) : t("text")}</span>
      <Button busy={copy.isPending} onClick={() => copy.mutate()}>
        {t("copy")}
      </Button>
      <Button onClick={() => window.location.reload()}>{t("reload")}</Button>
    </div>
  );
}
