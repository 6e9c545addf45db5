"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { callApi, Refusal } from "#components/api/call-api";
import { useDesignerFacts } from "#components/designer/designer-facts";
import { useBilingual, useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/dialog";
import { Notice } from "#components/ui/empty-state";
import { useTell } from "#components/ui/toast";

type Props = { id: string; beforeLeaving: () => Promise<void> };

/** Makes an immutable version of the draft; what stands in its way is listed. */
export function PublishButton({ id, beforeLeaving }: Props) {
  const t = useTranslations("workflows.publish");
  const say = useBilingual();
  const why = useReason();
  const tell = useTell();
  const router = useRouter();
  const { problems } = useDesignerFacts();
  const [open, setOpen] = useState(false);
  const publish = useMutation({
    mutationFn: async () => {
      await beforeLeaving();
      return callApi<{ version: number }>(`/api/v1/workflows/${id}/publish`, { method: "POST" });
    },
    onSuccess: ({ version }) => {
      tell(t("done", { version }), "ok");
      setOpen(false);
      router.refresh();
    },
  });
  const refusal = publish.error instanceof Refusal ? publish.error : undefined;
  const listed = refusal && refusal.problems.length > 0 ? refusal.problems : problems;
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t("publish")}</Button>
      <ConfirmDialog
        open={open}
        onOpenChange={(next) => {
          setOpen(next);
          publish.reset();
        }}
        title={t("title")}
        confirm={t("confirm")}
        busy={publish.isPending}
        onConfirm={() => publish.mutate()}
      >
        <p className="text-sm text-dim">{t("meaning")}</p>
        {refusal ? (
          <Notice tone="bad" className="mt-3">
            {why(refusal.code, refusal.detail)}
          </Notice>
        ) : null}
        {listed.length > 0 ? (
          <ul className="mt-3 grid list-disc gap-1 pl-5 text-sm text-warn">
            {listed.map((problem) => (
              <li key={`${problem.path} ${problem.code}`}>
                {say(problem.message)} <span className="font-mono text-xs">{problem.path}</span>
              </li>
            ))}
          </ul>
        ) : null}
      </ConfirmDialog>
    </>
  );
}
